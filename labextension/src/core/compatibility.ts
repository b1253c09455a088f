import type { Translate } from './text/translate';
import { PROTOCOL, type IState } from './protocol/messages';

/** The release of nbmodelver on this page. The kernel sends its own in every state. */
export const RELEASE = '0.1.0';

/** The versions that a kernel reports. Kernels before 0.2 report no release. */
export type KernelVersion = Pick<IState, 'protocol'> & Partial<Pick<IState, 'release'>>;

/** Which side is older, so that the other would misread its messages; null if both use the same protocol. */
export function olderSide(kernel: KernelVersion): 'kernel' | 'page' | null {
  if (kernel.protocol === PROTOCOL) {
    return null;
  }
  return kernel.protocol < PROTOCOL ? 'kernel' : 'page';
}

/** One line: which side is older, and what to install where; null if the protocols are the same. */
export function mismatchText(kernel: KernelVersion, t: Translate): string | null {
  const values = { kernel: kernel.release ?? t('of an earlier release'), page: RELEASE };
  switch (olderSide(kernel)) {
    case 'kernel':
      return [
        t("nbmodelver in this kernel's environment ({kernel}) is older than the page's ({page})", values),
        t('run %pip install -U nbmodelver in a cell, then restart the kernel.')
      ].join(': ');
    case 'page':
      return [
        t("nbmodelver in the environment that serves this page ({page}) is older than the kernel's ({kernel})", values),
        t("run pip install -U 'nbmodelver[lab]' there, then reload the page.")
      ].join(': ');
    case null:
      return null;
  }
}
