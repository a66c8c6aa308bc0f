/**
 * What the page can do beyond being read: filter, search, draw the timelines that are opened, follow links to what is
 * closed, copy. It is a script for browsers, which this project's compiler knows nothing of, so it is kept small, and as text;
 * tests/browser tries all of it.
 */
import { drawTimeline } from './draw.ts';

export const CLIENT = `'use strict';
(() => {
  const drawTimeline = ${drawTimeline.toString()};
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const BROKEN = 'details:is([data-standing="failed"], [data-standing="warned"]):not([data-kind="scenario"])';
  const only = (selector) => document.querySelector(selector);
  document.documentElement.classList.add('scripted');

  let timelines;
  const draw = (root) => {
    for (const place of all('[data-timeline]:empty', root)) {
      if (place.closest('details:not([open])') !== null) continue;
      timelines ??= JSON.parse(only('#timelines').textContent);
      const { timeline, marked = '' } = place.dataset;
      // The data are escaped already: what is drawn holds nothing of an endpoint's that is markup.
      place.innerHTML = drawTimeline(timelines[timeline], marked.split(' ').map(Number));
    }
  };
  document.addEventListener('toggle', ({ target }) => target.open && draw(target), true);
  draw(document);

  const search = only('#search');
  const state = only('#shown');
  const rows = all('.row').map((row) => ({
    row,
    of: row.dataset.kind,
    standing: row.dataset.standing,
    level: row.dataset.level,
    text: row.textContent.toLowerCase(),
  }));
  const parts = all('.part').map((part) => ({ part, rows: new Set(all('.row', part)) }));
  const number = (of, noun) => of + ' ' + noun + (of === '1' ? '' : 's');
  const pressed = (kind) =>
    new Set(all('button[data-' + kind + '][aria-pressed="true"]').map((button) => button.dataset[kind]));
  const filter = () => {
    const standings = pressed('standing');
    const levels = pressed('level');
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const shown = new Set();
    const counts = { clause: 0, scenario: 0 };
    for (const { row, of, standing, level, text } of rows) {
      const fits =
        (standings.size === 0 || standings.has(standing)) &&
        (levels.size === 0 || level === undefined || levels.has(level)) &&
        words.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) {
        shown.add(row);
        counts[of] += 1;
      }
    }
    const narrowed = standings.size > 0 || levels.size > 0 || words.length > 0;
    for (const { part, rows: own } of parts) part.hidden = narrowed && ![...own].some((row) => shown.has(row));
    state.textContent = narrowed
      ? counts.clause + ' of ' + state.dataset.clauses + ' clauses and ' + counts.scenario + ' of ' + state.dataset.scenarios + ' scenarios are shown'
      : number(state.dataset.clauses, 'clause') + ' and ' + number(state.dataset.scenarios, 'scenario');
    only('#clear').hidden = !narrowed;
    if (narrowed && words.length > 0 && counts.scenario > 0) only('#scenarios').open = true;
  };
  const clear = () => {
    search.value = '';
    for (const button of all('button[aria-pressed="true"]')) button.ariaPressed = 'false';
    filter();
  };

  let waiting;
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 60);
  });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (button === null) return;
    if (button.hasAttribute('aria-pressed')) {
      button.ariaPressed = String(button.ariaPressed !== 'true');
      filter();
    } else if (button.id === 'clear') {
      clear();
      search.focus();
    } else if (button.id === 'open') {
      const found = all(BROKEN + ':not([hidden])');
      const open = found.some((row) => !row.open);
      for (const row of found) row.open = open;
      button.textContent = open ? 'close what is broken' : 'open what is broken';
    } else if (button.classList.contains('copy')) copy(button);
  });
  const copy = async (button) => {
    const text = button.parentElement.querySelector('pre');
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = 'copied';
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = 'selected';
    }
    setTimeout(() => (button.textContent = 'copy'), 2000);
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && !/^(?:INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape' && event.target === search) {
      clear();
      search.blur();
    }
  });

  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target === null) return;
    if (target.closest('[hidden]') !== null) clear();
    for (let one = target; one !== null; one = one.parentElement) if (one.tagName === 'DETAILS') one.open = true;
    target.scrollIntoView({ behavior: 'instant' });
    target.querySelector('summary')?.focus({ preventScroll: true });
  };
  addEventListener('hashchange', follow);
  // A link to where the page is already changes no hash.
  document.addEventListener('click', ({ target }) => {
    const link = target.closest('a[href^="#"]');
    if (link !== null && link.hash === location.hash) follow();
  });
  follow();

  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all(BROKEN + ':not([open]), ' + BROKEN + ' .exchange:not([open])');
    for (const details of opened) details.open = true;
    draw(document);
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
  filter();
})();
`;
