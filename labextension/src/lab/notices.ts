import { Notification } from '@jupyterlab/apputils';
import { Failure, type Translate } from '../core';

export interface INotificationAction {
  label: string;
  run: () => void;
}

/** Id of the last notification, or "" after an error. The next notification replaces it. */
let lastId = '';

/** Shows a JupyterLab notification. One with an action stays for 30 s, so that it can be clicked. */
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

/**
 * Shows a failure with its hint as a notification. retryLater: offered as an action when a cell is running.
 * Throws the error again when it is not a `Failure`.
 */
export function notifyFailure(error: unknown, t: Translate, retryLater?: () => void): void {
  if (!(error instanceof Failure)) {
    throw error;
  }
  if (error.code === 'Cancelled') {
    notify(t('Cancelled'), 'info');
    return;
  }
  const text = error.hint ? `${error.message}\n${error.hint}` : error.message;
  const wait = error.code === 'Busy' && retryLater ? { label: t('Run after the cell'), run: retryLater } : undefined;
  notify(text, 'error', wait);
}
