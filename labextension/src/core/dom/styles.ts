/** Attributes that many elements have. One object for all of them keeps the bundles small. */

export const DIM = { class: 'nbmv-dim' } as const;
export const SMALL = { class: 'nbmv-dim nbmv-small' } as const;
export const ACTIONS = { class: 'nbmv-actions' } as const;
export const SPOKEN = { class: 'nbmv-spoken' } as const;
export const NUMBER = { class: 'nbmv-number' } as const;
export const STRONG = { class: 'nbmv-strong' } as const;
export const TITLE = { class: 'nbmv-title' } as const;
export const WARNING_BOX = { class: 'nbmv-box nbmv-box-warning' } as const;
export const FOOT = { class: 'nbmv-foot' } as const;
export const PLAN = { class: 'nbmv-plan' } as const;
export const FACTS = { class: 'nbmv-list-facts' } as const;
export const COUNT = { class: 'nbmv-count' } as const;
export const HINT = { class: 'nbmv-hint' } as const;
export const WARNING = { class: 'nbmv-warning' } as const;
