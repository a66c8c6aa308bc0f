/** What a run shows of itself while it goes on. */
import type { Header } from '../../schemas/types.ts';
import type { Progress } from '../campaign/campaign.ts';
import { duration } from '../report/words.ts';
import type { Terminal } from './terminal.ts';

const LIVE_MS = 200;
const PLAIN_MS = 10_000;
const WIPE = '\r\u001b[2K';

export interface Live {
  hear(event: Progress): void;
  /** Writes a line of its own, above the live one. */
  say(line: string): void;
  close(): void;
}

interface Running {
  readonly scenario: string;
  /** On our monotonic clock, in milliseconds. */
  readonly until: number;
}

/** On a terminal one line that is written over; elsewhere a plain line every 10 s. */
export function liveProgress(terminal: Terminal, clock: 'wall' | 'controlled'): Live {
  const running = new Map<string, Running>();
  // What is run again to explain something was not planned, and does not count.
  const planned = new Set<string>();
  let done = 0;
  let shown = '';

  const status = (): string => {
    const longest = [...running.values()].reduce<Running | undefined>(
      (most, one) => (most === undefined || one.until > most.until ? one : most),
      undefined,
    );
    const waiting = longest === undefined ? '' : `, waiting for ${longest.scenario}${remaining(longest.until, clock)}`;
    return `${done} of ${planned.size} scenarios done${waiting}`;
  };
  const wipe = (): void => {
    if (shown !== '') terminal.out(WIPE);
    shown = '';
  };
  const draw = (): void => {
    if (planned.size === 0) return;
    const line = terminal.live ? status().slice(0, terminal.columns - 1) : `${status()}\n`;
    if (terminal.live && line === shown) return;
    wipe();
    terminal.out(line);
    if (terminal.live) shown = line;
  };
  const say = (line: string): void => {
    wipe();
    terminal.out(`${line}\n`);
  };
  const timer = setInterval(draw, terminal.live ? LIVE_MS : PLAIN_MS);
  timer.unref();

  return {
    hear(event) {
      if (event.kind === 'started') {
        for (const id of event.header.selection) planned.add(id);
        if (event.header.unarranged !== undefined) say(arrangeable(event.header, event.unarranged));
      } else if (event.kind === 'running') {
        const { scenario, seconds } = event;
        running.set(scenario, { scenario, until: performance.now() + seconds * 1000 });
      } else if (event.kind === 'shrinking') {
        say(`${event.scenario} breaks ${event.clause}: looking for a shorter program that does`);
      } else {
        running.delete(event.scenario);
        if (planned.has(event.scenario)) done += 1;
      }
    },
    say,
    close() {
      clearInterval(timer);
      wipe();
    },
  };
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

/** A controlled clock goes as fast as the endpoint answers: nobody knows how long that takes. */
function remaining(until: number, clock: 'wall' | 'controlled'): string {
  if (clock === 'controlled') return '';
  const seconds = Math.ceil((until - performance.now()) / 1000);
  return seconds > 0 ? `, ${duration(seconds)} left` : ', any moment now';
}
