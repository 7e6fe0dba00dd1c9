/** The part of the report that says what is not in the snapshot: once, and quietly. */
import type { Manifest } from './manifest.ts';
import { type Markup, markup } from './markup.ts';
import { absentKinds, NEVER_COVERED, type NotCovered } from './not-covered.ts';

export const renderNotCovered = (manifest: Manifest): Markup =>
  markup`<section aria-labelledby="not-covered"><h2 id="not-covered">Not in this snapshot</h2>
${absentKinds(manifest).map((each) => markup`<p class="hint">${sentenceOf(each)}</p>`)}<details class="quiet"><summary>What no snapshot holds<span class="hint">${NEVER_COVERED.map(({ what }) => what).join(' · ')}</span></summary><ul>${NEVER_COVERED.map((each) => markup`<li>${sentenceOf(each)}</li>`)}</ul></details></section>`;

const sentenceOf = ({ what, why, todo }: NotCovered): Markup => markup`<b>${capitalized(what)}</b>: ${why}; ${todo}.`;

const capitalized = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
