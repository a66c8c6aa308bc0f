/** The views of a run that are one file each: all are made of its evidence and its verdict, and decide nothing. */
import type { Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { page } from './html/page.ts';
import type { MadeTimelines } from './html/timeline.ts';
import { junit } from './junit.ts';
import { summary } from './summary.ts';

export interface View {
  readonly file: string;
  readonly make: (verdict: Verdict, register: Register, evidence: Evidence, timelines?: MadeTimelines) => string;
}

/** By the name under which `report` makes it. */
export const views: Readonly<Record<'html' | 'junit' | 'summary', View>> = {
  html: { file: 'report.html', make: page },
  junit: { file: 'junit.xml', make: junit },
  summary: { file: 'summary.md', make: summary },
};
