import { Notification } from '@jupyterlab/apputils';
import { Failure, type Translate } from '../core';

export interface INotificationAction {
  label: string;
  run: () => void;
}

/** What was said last, if it is no error: the next deed's result takes its place. */
let lastId = '';

/** Say something in JupyterLab's notifications; with an action it stays long enough to be clicked. */
export function notify(text: string, kind: 'info' | 'success' | 'error', action?: INotificationAction): void {
  if (lastId) {
    Notification.dismiss(lastId);
  }
  const id = Notification.emit(text, kind, {
    autoClose: action ? 30000 : kind === 'error' ? 10000 : 5000,
    actions: action
      ? [
          {
            label: action.label,
            callback: () => {
              action.run();
            }
          }
        ]
      : []
  });
  lastId = kind === 'error' ? '' : id;
}

/** Say what went wrong, with the way out. later: offered when a running cell is in the way. */
export function notifyFailure(error: unknown, t: Translate, later?: () => void): void {
  if (!(error instanceof Failure)) {
    throw error;
  }
  if (error.code === 'Cancelled') {
    notify(t('Cancelled'), 'info');
    return;
  }
  const text = error.hint ? `${error.message}\n${error.hint}` : error.message;
  const wait = error.code === 'Busy' && later ? { label: t('Do it when the cell has ended'), run: later } : undefined;
  notify(text, 'error', wait);
}
