/** What a run shows of itself: to a person, or to a program. */
import type { Header, Verdict } from '../../schemas/types.ts';
import type { Progress } from '../campaign/campaign.ts';
import { duration, SUITE_FAILED } from '../report/words.ts';
import type { Status, Tracker } from './progress.ts';
import type { Terminal } from './terminal.ts';

const LIVE_MS = 200;
const JSON_MS = 1_000;
const PLAIN_MS = 10_000;
const BAR_CELLS = 16;
const WIPE = '\r\u001b[2K';

/** What is known before a run. */
export interface Beginning {
  /** For people. */
  readonly banner: string;
  readonly out: string;
  readonly endpoint: string;
  readonly profile: string;
  readonly clock: string;
  readonly seed: number;
  readonly clauses: number;
  readonly scenarios: number;
  readonly programs: number;
  /** Null where it depends on the endpoint. */
  readonly expectedSeconds: number | null;
}

export interface Ending {
  /** For people. */
  readonly report: string;
  readonly verdict: Verdict;
  readonly files: readonly string[];
}

export interface Live {
  begin(beginning: Beginning): void;
  hear(event: Progress): void;
  /** Says something by the way. */
  say(line: string): void;
  /** All scenarios are done. */
  judging(): void;
  end(ending: Ending): void;
  /** The suite itself failed: there is no verdict. */
  fail(reason: string): void;
}

/** Only the result. */
export function quietly(terminal: Terminal): Live {
  const nothing = (): void => {};
  return {
    begin: nothing,
    hear: nothing,
    say: nothing,
    judging: nothing,
    end: ({ report }) => terminal.out(report),
    fail: (reason) => terminal.err(`${reason}\n`),
  };
}

/** On a terminal one line that is written over; elsewhere a plain line every 10 s. */
export function lively(terminal: Terminal, { hear, status }: Tracker): Live {
  let shown = '';
  let stage = terminal.live ? 'starting' : '';

  const wipe = (): void => {
    if (shown !== '') terminal.out(WIPE);
    shown = '';
  };
  const text = (): string => {
    const now = status();
    if (now === undefined || stage !== '') return stage;
    return terminal.live ? `${bar(now)} ${inWords(now)}` : inWords(now);
  };
  const draw = (): void => {
    const line = terminal.live ? text().slice(0, terminal.columns - 1) : text();
    if (line === '' || (terminal.live && line === shown)) return;
    wipe();
    terminal.out(terminal.live ? line : `${line}\n`);
    if (terminal.live) shown = line;
  };
  const say = (line: string): void => {
    wipe();
    terminal.out(`${line}\n`);
  };
  const timer = setInterval(draw, terminal.live ? LIVE_MS : PLAIN_MS);
  timer.unref();
  const close = (): void => {
    clearInterval(timer);
    wipe();
  };

  return {
    begin({ banner }) {
      say(banner);
      if (terminal.live) draw();
    },
    hear(event) {
      hear(event);
      if (event.kind === 'started') {
        stage = '';
        if (event.header.unarranged !== undefined) say(arrangeable(event.header, event.unarranged));
      }
      if (event.kind === 'shrinking') say(shrinking(event));
    },
    say,
    judging() {
      stage = 'judging what was seen';
      if (terminal.live) draw();
    },
    end({ report }) {
      close();
      terminal.out(report);
    },
    fail(reason) {
      close();
      terminal.err(`${reason}\n`);
    },
  };
}

/** A JSON value a line, for programs; README.md describes them. */
export function jsonLines({ out, err }: Terminal, { hear, status }: Tracker): Live {
  const write = (event: string, members: object): void => out(`${JSON.stringify({ event, ...members })}\n`);
  let last = '';
  const tell = (): void => {
    const now = status();
    if (now === undefined) return;
    const { done, total, aborted, secondsLeft = null, waitingFor = null } = now;
    const progress = {
      done,
      total,
      aborted,
      secondsLeft: secondsLeft && Math.round(secondsLeft * 10) / 10,
      waitingFor,
    };
    const text = JSON.stringify(progress);
    if (text === last) return;
    last = text;
    write('progress', progress);
  };
  const timer = setInterval(tell, JSON_MS);
  timer.unref();
  const close = (): void => clearInterval(timer);
  return {
    begin: ({ banner: _banner, ...known }) => write('started', known),
    hear(event) {
      hear(event);
      if (event.kind === 'shrinking') write('note', { text: shrinking(event) });
    },
    say: (text) => write('note', { text }),
    judging: tell,
    end({ verdict: { verdict, exitCode, reasons }, files }) {
      close();
      write('ended', { verdict, exitCode, reasons, files });
    },
    fail(reason) {
      close();
      write('ended', { verdict: null, exitCode: SUITE_FAILED, reasons: [reason], files: [] });
      err(`${reason}\n`);
    },
  };
}

/** What the run says where a person is told by a line. */
export function inWords({ done, total, aborted, secondsLeft, waitingFor }: Status): string {
  return [
    `${done} of ${total} scenarios done`,
    ...(aborted === 0 ? [] : [`${aborted} could not be carried out`]),
    ...(secondsLeft === undefined || done === total ? [] : [left(secondsLeft)]),
    ...(waitingFor === undefined ? [] : [`waiting for ${waitingFor}`]),
  ].join(', ');
}

function left(seconds: number): string {
  return seconds < 1 ? 'any moment now' : `${duration(Math.ceil(seconds))} left`;
}

function bar({ share }: Status): string {
  const full = Math.floor(share * BAR_CELLS);
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}

function shrinking({ scenario, clause }: Extract<Progress, { kind: 'shrinking' }>): string {
  return `${scenario} breaks ${clause}: looking for a shorter program that does`;
}

/** What can be exercised with what there is, before anything is. */
function arrangeable({ selection, unarranged = [] }: Header, clauses: readonly string[]): string {
  const all = selection.length + unarranged.length;
  const none = clauses.length === 0 ? '' : `\nclauses that will not be exercised:\n${lines(clauses)}`;
  return `${selection.length} of ${all} scenarios have what they need; verdict.json says what the others lack${none}\n`;
}

function lines(words: readonly string[]): string {
  const out: string[] = [];
  for (const word of words) {
    const last = out.at(-1);
    if (last === undefined || last.length + word.length > 100) out.push(`  ${word}`);
    else out[out.length - 1] = `${last}, ${word}`;
  }
  return out.join('\n');
}
