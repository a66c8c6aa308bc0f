import type { Timeline } from './timeline.ts';

/**
 * The picture of a timeline, and its calls as a list. `marked` are the exchanges that a finding rests on.
 *
 * The function is also sent to the browser as its source text, which draws what is opened there: a thousand pictures would
 * be too large a page. So it may use nothing from outside of itself but the language.
 */
export function drawTimeline(timeline: Timeline, marked: readonly number[]): string {
  const [left, right, linear, step, cut] = [84, 30, 920, 7, 46];
  const { scenario, lanes, calls, leases, returns, arranging } = timeline;
  const hits = new Set(marked);

  // Each instant of the picture gets a place. Seconds are to scale, but for two things: what happens one after the other
  // stays a step apart, and a wait that would leave nothing of the rest, such as one of hours, is cut.
  interface Instant {
    readonly at: number;
    readonly order: number;
    readonly step: number;
    x: number;
    cut: boolean;
  }
  const instants: Instant[] = [];
  const add = (at: number, order: number, apart: number): Instant => {
    const instant = { at, order, step: apart, x: left, cut: false };
    instants.push(instant);
    return instant;
  };
  const bars = calls.map(([id, lane, kind, from, to, sent, received, mark, text]) => ({
    id,
    lane,
    kind,
    mark,
    text,
    begin: add(from, sent, step),
    end: add(to, received, step),
  }));
  const byId = new Map(bars.map((bar) => [bar.id, bar]));
  const bands = leases.flatMap(([id, sure, may, grace]) => {
    const bar = byId.get(id);
    if (bar === undefined) return [];
    const until = (at: number): Instant => add(Math.max(at, bar.end.at), -1, 0);
    return [{ bar, sure: until(sure), may: until(may), grace: until(grace), y: 0 }];
  });
  const preparing = arranging.map(([from, to, number]) => ({
    from: add(from, -1, 0),
    to: add(to, -1, 0),
    number,
  }));
  instants.sort((a, b) => a.at - b.at || a.order - b.order);
  const gaps = instants.map(({ at }, index) => at - (instants[index - 1]?.at ?? at));
  let short = 0;
  let longest = Infinity;
  for (const gap of gaps.toSorted((a, b) => a - b)) {
    if (gap > 8 * Math.max(short, 60)) {
      longest = gap;
      break;
    }
    short += gap;
  }
  const fixed = instants.reduce(
    (sum, one, index) => sum + (index === 0 ? 0 : one.step) + ((gaps[index] ?? 0) >= longest ? cut : 0),
    0,
  );
  const scale = short > 0 ? Math.max(linear - fixed, linear / 3) / short : 0;
  let x = left + 8;
  for (const [index, one] of instants.entries()) {
    const gap = gaps[index] ?? 0;
    one.cut = gap >= longest;
    x += (index === 0 ? 0 : one.step) + (one.cut ? cut : gap * scale);
    one.x = x;
  }
  const width = Math.max(x + right, 420);

  /** Puts what overlaps below one another. */
  const rowsOf = (spans: readonly (readonly [from: number, to: number])[]): number[] => {
    const ends: number[] = [];
    return spans.map(([from, to]) => {
      const free = ends.findIndex((end) => end + 2 <= from);
      const row = free === -1 ? ends.length : free;
      ends[row] = to;
      return row;
    });
  };
  const text = (px: number, py: number, kind: string, content: string): string =>
    `<text class="${kind}" x="${round(px)}" y="${round(py)}">${content}</text>`;
  const rect = (kind: string, from: number, to: number, py: number, height: number): string =>
    `<rect class="${kind}" x="${round(from)}" y="${round(py)}" width="${round(Math.max(to - from, 1))}" height="${height}"/>`;
  function round(value: number): number {
    return Math.round(value * 10) / 10;
  }

  const behind: string[] = [];
  const before: string[] = [];
  let y = 8;
  if (preparing.length > 0) {
    before.push(text(left - 8, y + 8, 'lane', 'arranging'));
    for (const { from, to, number } of preparing) {
      const bar = rect('arranging', from.x, Math.max(to.x, from.x + 2), y + 2, 5);
      before.push(
        `<g><title>${number} arranging ${number === 1 ? 'call' : 'calls'}, ${seconds(from.at)} to ${seconds(to.at)}</title>${bar}</g>`,
      );
    }
    y += 16;
  }
  const top = y;
  const places = new Map<number, number>();
  for (const [lane, consumer] of lanes.entries()) {
    const own = bars.filter((bar) => bar.lane === lane);
    const rows = rowsOf(own.map(({ begin, end }) => [begin.x, end.x]));
    const leased = bands.filter(({ bar }) => bar.lane === lane);
    const leaseRows = rowsOf(leased.map(({ bar, grace }) => [bar.end.x, grace.x]));
    const barTop = y + 30;
    const leaseTop = barTop + (Math.max(0, ...rows) + 1) * 28 - 8;
    const height = leaseTop - y + (leased.length === 0 ? 0 : (Math.max(...leaseRows) + 1) * 10) + 6;
    behind.push(
      `<rect class="${lane % 2 === 0 ? 'even' : 'odd'}" x="0" y="${y}" width="${round(width)}" height="${height}"/>`,
    );
    before.push(text(left - 8, barTop + 11, 'lane', consumer));
    for (const [index, band] of leased.entries()) {
      const { bar, sure, may, grace } = band;
      const from = bar.end.x;
      band.y = leaseTop + (leaseRows[index] ?? 0) * 10;
      behind.push(
        `<g><title>lease of what #${bar.id} brought: sure until ${seconds(sure.at)}, may last until ${seconds(may.at)}, grace until ${seconds(grace.at)}</title>` +
          rect('sure', from, Math.max(sure.x, from), band.y, 7) +
          (may.x > sure.x ? rect('may', Math.max(sure.x, from), may.x, band.y, 7) : '') +
          (grace.x > may.x ? rect('grace', may.x, grace.x, band.y, 7) : '') +
          '</g>',
      );
    }
    // Where the labels of a row end, and those of what a finding rests on, which may stand above them.
    const ends: number[] = [];
    const raised: number[] = [];
    for (const [index, bar] of own.entries()) {
      const row = rows[index] ?? 0;
      const barY = barTop + row * 28;
      places.set(bar.id, barY);
      const [from, to] = [bar.begin.x, Math.max(bar.end.x, bar.begin.x + 4)];
      const hit = hits.has(bar.id);
      const middle = barY + 7;
      const points = [
        [from - 2, middle],
        [from + 2, barY - 1],
        [to - 2, barY - 1],
        [to + 2, middle],
        [to - 2, barY + 15],
        [from + 2, barY + 15],
      ];
      const shape =
        bar.kind === 'acknowledge'
          ? `<polygon class="acknowledge" points="${points.map((point) => point.map(round).join(',')).join(' ')}"/>`
          : rect(bar.kind, from, to, barY, 14);
      const label = hit ? `#${bar.id} ${bar.mark}` : bar.mark;
      const place = from - 2 >= (ends[row] ?? 0) ? ends : hit && from - 2 >= (raised[row] ?? 0) ? raised : undefined;
      // Labels that would lie upon each other are left to the list.
      if (place !== undefined) place[row] = from + label.length * 6.4 + 4;
      const above = place === undefined ? '' : text(from - 1, barY - (place === raised ? 15 : 4), 'mark', label);
      before.push(
        `<g${hit ? ' class="hit"' : ''}><title>#${bar.id} ${seconds(bar.begin.at)}: ${bar.text}</title>${shape}${above}</g>`,
      );
      if (hit) behind.push(`<line class="guide" x1="${round(from)}" x2="${round(from)}" y1="${top}" y2="@"/>`);
    }
    y += height;
  }

  const relevant = returns.filter(([first, again]) => hits.has(first) && hits.has(again));
  for (const [first, again, letters, after, early] of (relevant.length > 0 ? relevant : returns).slice(0, 40)) {
    const [one, other] = [byId.get(first), byId.get(again)];
    const band = bands.find(({ bar }) => bar.id === first);
    if (one === undefined || other === undefined) continue;
    const [x1, x2] = [one.end.x, other.end.x];
    const [y1, y2] = [(places.get(first) ?? 0) + 1, (places.get(again) ?? 0) + 1];
    const peak = Math.min(y1, y2) - 20;
    const told = early > 0.05 ? `${early} s before its ack_wait ends` : '';
    before.push(
      `<g class="return${told === '' ? '' : ' early'}"><title>${letters} again ${after} s later${told === '' ? '' : `, ${told}`}</title>` +
        `<path d="M${round(x1)} ${round(y1)}C${round(x1 + 6)} ${round(peak)} ${round(x2 - 6)} ${round(peak)} ${round(x2)} ${round(y2)}"/>` +
        `<path class="head" d="M${round(x2)} ${round(y2)}l-5.5 -4.5 6.5 -2.5z"/></g>`,
    );
    // How much of the lease was left.
    if (told !== '' && relevant.length > 0 && band !== undefined) measure(x2, band.sure.x, band.y, told);
  }
  // By how much somebody came too late who got nothing; if there is more than one, the last grace counts.
  const due = bands.filter(({ bar }) => hits.has(bar.id)).toSorted((a, b) => b.grace.at - a.grace.at)[0];
  const empty = bars.find(
    ({ id, begin, mark }) => hits.has(id) && mark === '∅' && due !== undefined && begin.at > due.grace.at,
  );
  if (due !== undefined && empty !== undefined)
    measure(
      due.grace.x,
      empty.begin.x,
      due.y,
      `still nothing ${seconds(empty.begin.at - due.grace.at)} after the grace`,
    );

  /** A length of time, in the row of a lease. */
  function measure(from: number, to: number, py: number, told: string): void {
    const middle = round(py + 3.5);
    // On the side where there is room for it.
    const [px, kind] = to + told.length * 7.4 < width ? [to + 6, 'early'] : [from - 6, 'early ending'];
    before.push(
      `<g class="early"><path d="M${round(from)} ${middle - 6}v12M${round(from)} ${middle}H${round(to)}M${round(to)} ${middle - 6}v12"/>${text(px, py + 8, kind, told)}</g>`,
    );
  }

  // The axis: round seconds, as dense as they can be read; where a wait is cut it says so.
  const span = short / Math.max(1, linear / 90);
  const tick = [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 300, 900, 3600, 21600, 86400].find(
    (one) => one >= span,
  );
  const axis: string[] = [];
  let free = 0;
  // Behind a cut of hours, seconds are told from there.
  let since = 0;
  const label = (px: number, at: number): void => {
    if (px < free || at < 0) return;
    axis.push(
      `<line x1="${round(px)}" x2="${round(px)}" y1="${y}" y2="${y + 4}"/>`,
      text(px, y + 16, 'tick', since > 0 && at > since ? `+${seconds(at - since)}` : seconds(at)),
    );
    free = px + 52;
  };
  for (const [index, one] of instants.entries()) {
    const earlier = instants[index - 1];
    if (earlier === undefined) {
      label(one.x, one.at);
      continue;
    }
    if (one.cut) {
      const middle = (earlier.x + one.x) / 2;
      behind.push(
        `<rect class="cut" x="${round(middle - 5)}" y="${top}" width="10" height="${y - top}"><title>${seconds(one.at - earlier.at)}, cut</title></rect>`,
      );
      axis.push(text(middle, y + 16, 'tick', '≈'));
      free = middle + 12;
      since = one.at >= 7200 ? one.at : 0;
      label(one.x, one.at);
    } else if (tick !== undefined && one.at > earlier.at) {
      for (let at = since + Math.ceil((earlier.at - since) / tick + 1e-6) * tick; at <= one.at + 1e-9; at += tick)
        label(earlier.x + ((at - earlier.at) / (one.at - earlier.at)) * (one.x - earlier.x), at);
    }
  }
  const last = instants.at(-1);
  if (last !== undefined) label(last.x, last.at);

  function seconds(value: number): string {
    const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 || Number.isInteger(value) ? 1 : 2;
    const short = String(Number(value.toFixed(digits)));
    return value >= 7200 ? `${Math.round(value / 360) / 10} h` : `${short} s`;
  }

  const inside = behind.join('').replaceAll('"@"', `"${y}"`) + before.join('') + `<g class="axis">${axis.join('')}</g>`;
  const rows = bars.map(
    ({ id, begin, end, text: said }) =>
      `<li${hits.has(id) ? ' class="hit"' : ''}><span>#${id} ${seconds(begin.at)}</span> ${said}${end.at - begin.at >= 0.5 ? ` (${seconds(end.at - begin.at)} later)` : ''}</li>`,
  );
  return (
    `<div class="scroll" tabindex="0" role="group" aria-label="Timeline of ${scenario}; its calls are listed below">` +
    `<svg role="img" aria-label="Timeline of ${scenario}" class="timeline" viewBox="0 0 ${round(width)} ${y + 22}" width="${round(width)}" height="${y + 22}">${inside}</svg></div>` +
    `<details class="calls"><summary>${rows.length === 1 ? 'The one call' : `All ${rows.length} calls`}</summary><ol>${rows.join('')}</ol>` +
    `${timeline.left > 0 ? `<p>${timeline.left} more are in the evidence.</p>` : ''}</details>`
  );
}
