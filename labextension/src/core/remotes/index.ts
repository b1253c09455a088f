import type { IRemotePages } from '../context';
import { drawMarks } from './marks';
import { createSummaryLine } from './summary-line';
import { RemotesView } from './view';

export { summaryText } from './summary-line';

/** The page of the remotes, and what other pages show of them. */
export const REMOTES: IRemotePages = {
  page: (ctx, ids) => new RemotesView(ctx, ids),
  line: createSummaryLine,
  marks: drawMarks
};
