import { InputDialog } from '@jupyterlab/apputils';

/** Asks for a text in a dialog; null when the user cancels or leaves it empty. choices: texts to choose from. */
export async function promptFor(title: string, label: string, choices: string[] = []): Promise<string | null> {
  const answer =
    choices.length > 0
      ? await InputDialog.getItem({ title, label, items: choices, editable: true })
      : await InputDialog.getText({ title, label });
  return answer.button.accept && answer.value ? answer.value : null;
}
