/** Values in messages. */

/** A metric. JSON has no NaN and no infinities, so these are words. Parameters use the same words. */
export type Metric = number | 'nan' | 'inf' | '-inf';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Status = 'added' | 'removed' | 'changed' | 'same';
/** Whether higher or lower values of a metric are better. The kernel decides it; a page never does. */
export type Direction = 'higher' | 'lower' | 'unknown';
