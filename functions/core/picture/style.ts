/** How pictures look, in light and dark: colours, which the report page shares, and the signs of the kinds of steps. */
import type { Box } from './picture.ts';

const LIGHT =
  '--ground:#f5f6f8;--paper:#fff;--ink:#1b2230;--soft:#596377;--line:#dde2ea;--edge:#9aa4b5;--blue:#2a5bd0;--green:#14784a;--red:#bf2633;--amber:#8f5a00;--violet:#6a45c4;--teal:#0a7480';
const DARK =
  '--ground:#0e1218;--paper:#171c25;--ink:#e8ecf3;--soft:#9ba6b9;--line:#2a3240;--edge:#66718a;--blue:#8db1ff;--green:#62d39b;--red:#ff9096;--amber:#f0bb60;--violet:#bba4ff;--teal:#62cfd7';

export const COLOURS = `:root{color-scheme:light dark;${LIGHT}}@media (prefers-color-scheme:dark){:root{${DARK}}}`;

/** Colours stand for what a step does; in a difference they stand for the change alone, beside its sign. */
export const PICTURE_STYLE = `
.picture{font:13px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;--hue:var(--soft)}
.picture text{fill:var(--ink)}
.picture .t{font-weight:600}
.picture .d{font-size:11px;fill:var(--soft)}
.picture .h{font-size:16px;font-weight:650}
.picture .b>rect:first-of-type{fill:var(--paper);stroke:var(--line);stroke-width:1.25}
.picture .i{fill:var(--hue);fill-opacity:.13}
.picture .s{fill:none;stroke:var(--hue);stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.picture .c>rect:first-of-type{fill:var(--hue);fill-opacity:.035;stroke:var(--hue);stroke-opacity:.45}
.picture .c>.t{font-size:12px;fill:var(--hue)}
.picture .branch>rect:first-of-type{fill:var(--ground);stroke:var(--line)}
.picture .branch>.t{font-size:12px;text-anchor:middle;font-weight:500;fill:var(--soft)}
.picture .handler>rect:first-of-type{stroke-dasharray:5 4}
.picture .l{fill:none;stroke:var(--edge);stroke-width:1.4}
.picture .a{fill:var(--edge);stroke:none}
.picture .l.fault{stroke:var(--red);stroke-dasharray:5 4}
.picture .a.fault{fill:var(--red)}
.picture .l.uses{stroke-opacity:.55;stroke-width:1.1}
.picture :is(.trigger,.schedule,.reply){--hue:var(--green)}.picture :is(.invoke,.integration){--hue:var(--blue)}
.picture .call{--hue:var(--violet)}.picture :is(.map,.assign,.connection){--hue:var(--teal)}
.picture :is(.decision,.parallel,.loop){--hue:var(--amber)}.picture :is(.handler,.failure){--hue:var(--red)}
.picture .compared{--hue:var(--soft)}
.picture .added{--hue:var(--green)}.picture .removed{--hue:var(--red)}.picture .changed{--hue:var(--amber)}
.picture :is(.added,.changed,.removed)>rect:first-of-type{stroke:var(--hue);stroke-width:2;stroke-opacity:1}
.picture .removed>rect:first-of-type{stroke-dasharray:6 4}
.picture .removed>.t{text-decoration:line-through}
.picture .l.added{stroke:var(--green);stroke-width:2}.picture .a.added{fill:var(--green)}
.picture .l.removed{stroke:var(--red);stroke-dasharray:3 4}.picture .a.removed{fill:var(--red)}
.picture .m{fill:var(--hue)}
.picture .n{fill:none;stroke:var(--paper);stroke-width:2;stroke-linecap:round}
`.replaceAll('\n', '');

/** Drawn on 16 by 16. */
export const SIGNS: Readonly<Record<Box['kind'], string>> = {
  trigger: 'M9 1 3.5 9H8l-1 6 5.5-8H8z',
  schedule: 'M8 1.8a6.2 6.2 0 1 0 .01 0M8 4.5V8l2.5 1.8',
  invoke: 'M1.5 8h8M6.8 5.2 9.6 8l-2.8 2.8M9.5 2.5h5v11h-5',
  call: 'M1.5 2.5h7v5h-7zM7.5 8.5v5h7v-5z',
  reply: 'M6 4 2 8l4 4M2 8h8.5a3.5 3.5 0 0 1 3.5 3.5V13',
  map: 'M1.5 4.5H5l6 7h3.5M12 9l2.5 2.5L12 14M1.5 11.5H5l1.3-1.6M9.7 6.1 11 4.5h3.5M12 2l2.5 2.5L12 7',
  assign: 'M3 6h10M3 10h10',
  decision: 'M8 1.5 14.5 8 8 14.5 1.5 8z',
  parallel: 'M3.5 2v12M8 2v12M12.5 2v12',
  branch: '',
  loop: 'M13.5 8A5.5 5.5 0 1 1 11.6 3.8M12 1v3.3H8.7',
  scope: 'M5.5 2h-3v12h3M10.5 2h3v12h-3',
  handler: 'M8 2 15 14H1zM8 6.5v3.5M8 12v.1',
  failure: 'M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5zM8 4.5V8.500M8 11v.1',
  end: 'M8 1.8a6.2 6.2 0 1 0 .01 0M6 6h4v4H6z',
  wait: 'M3.5 2h9M3.5 14h9M4.5 2 11.5 14M11.5 2 4.5 14',
  file: 'M3.5 1.500h5.500L12.5 5v9.500h-9zM9 1.500V5h3.5',
  notify: 'M1.5 3.500h13v9h-13zM1.5 4 8 9l6.5-5',
  script: 'M5 4 1.5 8 5 12M11 4l3.5 4L11 12M9.2 3 6.8 13',
  track: 'M8 1.800a6.2 6.2 0 1 0 .01 0M8 5.500a2.5 2.5 0 1 0 .01 0',
  note: 'M2.5 2.5h11v7l-4 4h-7zM9.5 13.500v-4h4M5 6h6M5 9h2.5',
  group: 'M2 3h12M2 8h12M2 13h12',
  other: 'M2.5 2.500h11v11h-11z',
  integration: 'M1.5 4.500h5v7h-5zM9.5 4.500h5v7h-5zM6.5 8h3',
  connection: 'M5.5 1.500V5M10.5 1.500V5M3 5h10v2.500a5 5 0 0 1-10 0zM8 12.500v2',
};

/** On a disc of radius 8. */
export const CHANGE_SIGNS = { added: 'M-4 0h8M0-4v8', removed: 'M-4 0h8', changed: 'M-4 1q2-4 4-1t4-1' } as const;
