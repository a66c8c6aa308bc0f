import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { drawTimeline } from '../../../src/report/html/draw.ts';
import { timelineOf, type Timeline } from '../../../src/report/html/timeline.ts';
import { failure, story, type Story } from '../../support/history.ts';
import { HOSTILE } from '../../support/verdict.ts';
import { elementsOf } from '../../support/xml.ts';

const timeline = (of: Story): Timeline => timelineOf(of.view());

/** One call of a timeline, by its number. */
function call(of: Story, id: number): { from: number; to: number; kind: string; mark: string; text: string } {
  const found = timeline(of).calls.find(([own]) => own === id);
  if (found === undefined) throw new RangeError(`there is no call ${id}`);
  const [, , kind, from, to, , , mark, text] = found;
  return { from, to, kind, mark, text };
}

/** A picture as elements, so that it has to be well-formed. */
function elements(of: Timeline, marked: readonly number[] = []): ReadonlyMap<string, number> {
  return elementsOf(`<?xml version="1.0" encoding="UTF-8"?><div>${drawTimeline(of, marked)}</div>`);
}

/** A controlled clock stood at these seconds. */
const clock = (sent: number, received: number): { sent: [number, number]; received: [number, number] } => ({
  sent: [sent, sent],
  received: [received, received],
});

describe('calls', () => {
  const told = story({ letters: 3 });
  told.consume([10, 12], 'ack_wait=15', [0, 1, 2]);
  told.acknowledge([13, 13.5], ['h1.0', 'h1.1', { handler: 'h1.2', status: 'fail' }], [2, 1]);
  told.consume(14, '', []);
  told.consume(15, 'max_msgs=0', failure());

  test('stand at their seconds since the first one', () => {
    expect(timeline(told).calls.map(([id, , , from, to]) => [id, from, to])).toEqual([
      [1, 0, 2],
      [2, 3, 3.5],
      [3, 4, 4],
      [4, 5, 5],
    ]);
  });

  test('say in few characters what came of them', () => {
    expect([1, 2, 3, 4].map((id) => call(told, id).mark)).toEqual(['1–3', '✓2 ✗1', '∅', 'no answer']);
    expect(call(told, 1).text).toBe('c1 consume ack_wait=15 → 200, letter 1 letter 2 letter 3');
  });

  test('that arranged are one bar as long as nothing lies between them', () => {
    const arranged = story({ letters: 1 });
    for (const when of [0, 0.1, 4] as const) arranged.exchange(when, { method: 'POST', target: '/v1.0/p1/queues' });
    arranged.consume(5, '', [0]);
    expect(timeline(arranged).arranging).toEqual([
      [-5, -4.9, 2],
      [-1, -1, 1],
    ]);
  });

  test('beyond two hundred are counted', () => {
    const long = story();
    for (let at = 0; at < 203; at += 1) long.consume(at, '', []);
    expect(timeline(long).calls).toHaveLength(200);
    expect(drawTimeline(timeline(long), [])).toContain('3 more are in the evidence');
  });
});

describe('a lease', () => {
  test('is sure until ack_wait, may last until 30 s, and has 15 s of grace', () => {
    const told = story({ letters: 1 });
    told.consume([0, 1], 'ack_wait=15', [0]);
    told.consume(50, '', []);
    expect(timeline(told).leases).toEqual([[1, 15, 31, 46]]);
  });

  test('ends with the acknowledgement that settles it', () => {
    const told = story({ letters: 1 });
    const [handler = ''] = told.consume(0, 'ack_wait=60', [0]);
    told.acknowledge([3, 4], [handler], [1, 0]);
    expect(timeline(told).leases).toEqual([[1, 3, 4, 4]]);
  });

  test('is no longer sure once an acknowledgement has failed it, and not shortened by one that was refused', () => {
    const leases = (answered: Parameters<Story['acknowledge']>[2]): Timeline['leases'] => {
      const told = story({ letters: 1 });
      const [handler = ''] = told.consume(0, 'ack_wait=60', [0]);
      told.acknowledge([3, 4], [{ handler, status: 'fail' }], answered);
      return timeline(told).leases;
    };
    expect(leases([0, 1])).toEqual([[1, 3, 60, 75]]);
    expect(leases(failure())).toEqual([[1, 60, 60, 75]]);
  });
});

describe('a dead letter that comes back', () => {
  const early = story({ letters: 2 });
  early.consume([0, 1], 'ack_wait=30', [0, 1]);
  early.consume([5, 10], 'ack_wait=30', [0]);

  test('says after how long, and how long before the end of its lease', () => {
    expect(timeline(early).returns).toEqual([[1, 2, '1', 10, 20]]);
  });

  test('is not early once an acknowledgement has named its batch', () => {
    const named = story({ letters: 1 });
    const [handler = ''] = named.consume(0, 'ack_wait=30', [0]);
    named.acknowledge(1, [{ handler, status: 'fail' }], [0, 1]);
    named.consume(5, 'ack_wait=30', [0]);
    expect(timeline(named).returns).toEqual([[1, 3, '1', 5, 0]]);
  });

  test('is measured in the picture of a finding, and of no other', () => {
    expect(drawTimeline(timeline(early), [1, 2])).toContain('>20 s before its ack_wait ends</text>');
    expect(drawTimeline(timeline(early), [])).not.toContain('>20 s before its ack_wait ends</text>');
  });

  test('too late is measured as well', () => {
    const late = story({ letters: 1 });
    late.consume(0, 'ack_wait=30', [0]);
    late.consume([47, 47.5], '', []);
    expect(drawTimeline(timeline(late), [1, 2])).toContain('>still nothing 2 s after the grace</text>');
    const inTime = story({ letters: 1 });
    inTime.consume(0, 'ack_wait=30', [0]);
    inTime.consume(44, '', []);
    expect(drawTimeline(timeline(inTime), [1, 2])).not.toContain('after the grace</text>');
  });
});

/** Where bars begin and how wide they are, in the order of drawing. */
function bars(picture: string): { readonly x: number; readonly width: number }[] {
  return [...picture.matchAll(/<rect class="consume" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(
    ([, x, width]) => ({ x: Number(x), width: Number(width) }),
  );
}

describe('the picture', () => {
  test('is to scale', () => {
    const told = story();
    for (const [at, until] of [
      [0, 10],
      [20, 30],
      [40, 100],
    ] as const)
      told.consume([at, until], '', []);
    const [first, second, third] = bars(drawTimeline(timeline(told), []));
    expect(second!.x - first!.x).toBeCloseTo(third!.x - second!.x, 0);
    // Each end of a bar is a step apart from what was before, whatever the seconds.
    expect((third!.width - 7) / (first!.width - 7)).toBeCloseTo(6, 1);
  });

  test('keeps apart and in order what a controlled clock has at the same second', () => {
    const told = story();
    for (const at of [1, 2, 3]) told.exchange([at, at + 0.5], { target: told.path, clock: clock(100, 100) });
    const drawn = bars(drawTimeline(timeline(told), []));
    for (const [index, { x, width }] of drawn.entries()) {
      expect(width).toBeGreaterThan(3);
      expect(x).toBeGreaterThan((drawn[index - 1]?.x ?? 0) + (drawn[index - 1]?.width ?? 0));
    }
    expect(drawn).toHaveLength(3);
  });

  test('counts seconds on the judged clock', () => {
    const told = story({ letters: 1 });
    told.exchange([1, 1.01], { target: `${told.path}?time_wait=20`, clock: clock(1000, 1020) });
    expect(call(told, 1)).toMatchObject({ from: 0, to: 20 });
  });

  test('cuts a wait of days, says so, and leaves room for the rest', () => {
    const told = story();
    told.consume([0, 2], '', []);
    told.consume([259_200, 259_210], '', []);
    const picture = drawTimeline(timeline(told), []);
    expect(picture).toMatch(/class="cut"[^>]*><title>72 h, cut<\/title>/);
    expect(picture).toMatch(/>72 h<\/text>/);
    expect(picture).toMatch(/>\+4 s<\/text>/);
    const [first, second] = bars(picture);
    expect(first!.width).toBeGreaterThan(50);
    expect(second!.width).toBeGreaterThan(300);
  });

  test('does not cut a lease of 300 s, since that it is long is what it has to show', () => {
    const told = story({ letters: 1 });
    told.consume(0, 'ack_wait=300', [0]);
    told.consume([299, 310], '', []);
    told.consume([312, 350], '', []);
    expect(drawTimeline(timeline(told), [])).not.toContain('class="cut"');
  });

  test('highlights what a finding rests on, and lists every call', () => {
    const told = story({ letters: 1 });
    told.consume(0, 'ack_wait=15', [0]);
    told.consume(1, '', []);
    const picture = drawTimeline(timeline(told), [2]);
    expect(picture).toMatch(/<g class="hit"><title>#2 /);
    expect(picture.match(/<g class="hit">/g)).toHaveLength(1);
    expect(picture).toContain('<li class="hit"><span>#2 1 s</span> c1 consume → 200, nothing</li>');
    expect(picture).toContain('<li><span>#1 0 s</span> c1 consume ack_wait=15 → 200, letter 1</li>');
  });

  test('holds no markup of an endpoint', () => {
    const told = story({ scenario: `chapter/${HOSTILE}`, letters: 1 });
    told.consume(0, 'ack_wait=15', [[0, HOSTILE]]);
    told.acknowledge(1, [HOSTILE, '<script>alert(1)</script>'], [1, 0]);
    told.exchange(2, { target: `${told.path}?"><b>`, outcome: failure({ message: '<img src=x>' }) });
    expect([...elements(timeline(told)).keys()].toSorted()).toEqual(
      [
        'details',
        'div',
        'g',
        'li',
        'line',
        'ol',
        'polygon',
        'rect',
        'span',
        'summary',
        'svg',
        'text',
        'title',
      ].toSorted(),
    );
  });

  test('can be drawn where there is nothing', () => {
    expect(elements(timeline(story())).get('svg')).toBe(1);
  });

  test('is the same out of the source text that browsers get', () => {
    const told = story({ letters: 3 });
    told.consume([10, 12], 'ack_wait=15', [0, 1, 2]);
    told.acknowledge(13, ['h1.0'], [1, 0]);
    told.consume([20, 22], 'ack_wait=15', [0, 1, 2]);
    told.consume(400_000, '', []);
    const alone = runInNewContext(`(${drawTimeline.toString()})`) as typeof drawTimeline;
    expect(alone(timeline(told), [1, 3])).toBe(drawTimeline(timeline(told), [1, 3]));
  });
});
