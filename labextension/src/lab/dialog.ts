import { Widget } from '@lumino/widgets';
import type { Translate } from '../core';

/**
 * Opens a modal dialog with a widget, for applications without tabs (Notebook 7). The browser keeps the focus inside
 * the dialog and returns it afterwards. Escape, the close button and a click outside close the dialog and dispose of
 * the widget.
 */
export function openDialog(title: string, content: Widget, t: Translate): void {
  const dialog = document.createElement('dialog');
  dialog.className = 'nbmv-Lab-dialog';
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
  body.className = 'nbmv-Lab-dialog-body';
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

/** Whether the pointer is on the backdrop. */
function isOutside(dialog: HTMLElement, { clientX, clientY }: PointerEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
