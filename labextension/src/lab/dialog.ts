import { Widget } from '@lumino/widgets';
import type { Translate } from '../core';

/**
 * Something wide over the page, where the application has no tabs (Notebook 7). The page behind it waits: the browser
 * keeps the focus inside, and gives it back. Escape and the cross close it, which ends what is in it.
 */
export function openDialog(title: string, content: Widget, t: Translate): void {
  const dialog = document.createElement('dialog');
  dialog.className = 'nbmv-Lab-sheet';
  dialog.setAttribute('aria-label', title);
  const head = document.createElement('header');
  const heading = document.createElement('h2');
  heading.textContent = title;
  head.append(
    heading,
    closeButton(t('Close'), () => {
      dialog.close();
    })
  );
  const body = document.createElement('div');
  body.className = 'nbmv-Lab-sheet-body';
  dialog.append(head, body);
  document.body.append(dialog);
  Widget.attach(content, body);
  content.disposed.connect(() => {
    dialog.close();
  });
  dialog.addEventListener('close', () => {
    content.dispose();
    dialog.remove();
  });
  dialog.addEventListener('pointerdown', event => {
    if (event.target === dialog && isOutside(dialog, event)) {
      dialog.close();
    }
  });
  dialog.showModal();
  content.activate();
}

function closeButton(name: string, run: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'jp-Button jp-mod-minimal';
  button.textContent = '\u2715';
  button.setAttribute('aria-label', name);
  button.title = name;
  button.addEventListener('click', run);
  return button;
}

/** On the darkened page around the sheet. */
function isOutside(dialog: HTMLElement, { clientX, clientY }: PointerEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
