/**
 * The page's own script, as text: its hash is in the page's policy, and no value from an instance ever becomes part of it.
 * It says how old the snapshot is when the page is looked at, and finds and sorts rows. Without it the page is whole.
 */
export const REPORT_SCRIPT = `'use strict';
(() => {
  const age = document.getElementById('age');
  const minutes = (performance.timeOrigin + performance.now() - Date.parse(age.dataset.at)) / 60000;
  const units = [[1, 'minute'], [60, 'hour'], [1440, 'day']];
  const [length, unit] = units.findLast(([length]) => minutes >= 2 * length) || units[0];
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  age.textContent = ', ' + (minutes < 2 ? 'just now' : words.format(-Math.floor(minutes / length), unit));
  document.getElementById('stale').hidden = minutes < 36 * 60;

  // On a phone the picture of everything is only in the way.
  for (const map of document.querySelectorAll('details.map')) map.open = innerWidth > 760;

  const form = document.querySelector('form.search');
  const table = document.getElementById('list');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const input = document.getElementById('find');
  const found = document.getElementById('found');
  const count = (value) => value.toLocaleString('en-US');
  const find = () => {
    const wanted = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      const isShown = wanted.every((word) => texts[index].includes(word));
      row.hidden = !isShown;
      shown += isShown ? 1 : 0;
    });
    found.textContent = shown === rows.length ? count(shown) : count(shown) + ' of ' + count(rows.length);
  };
  let waiting = 0;
  input.addEventListener('input', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(find);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;

  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  const heads = [...table.tHead.rows[0].cells];
  const valueOf = (cell) => cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  const sort = (head, column) => {
    const isNumber = rows.length > 0 && rows[0].cells[column].dataset.v !== undefined;
    const was = head.getAttribute('aria-sort');
    const order = was === 'ascending' ? -1 : was === 'descending' ? 1 : isNumber || column === 3 ? -1 : 1;
    const keyed = rows.map((row, index) => ({ row, index, key: valueOf(row.cells[column]) }));
    keyed.sort((a, b) => order * (isNumber ? a.key - b.key : collator.compare(a.key, b.key)) || a.index - b.index);
    body.append(...keyed.map(({ row }) => row));
    heads.forEach((each) => each.setAttribute('aria-sort', 'none'));
    head.setAttribute('aria-sort', order === 1 ? 'ascending' : 'descending');
  };
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute('aria-sort', column === 0 ? 'ascending' : 'none');
    button.addEventListener('click', () => sort(head, column));
  });
})();
`;
