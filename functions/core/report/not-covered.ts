/** The part of the report that says what is not in the snapshot: once, and quietly. */

import type { KindFacts } from '../kinds.ts';
import { type Markup, markup } from '../markup.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { absentKinds, NEVER_COVERED, type NotCovered } from '../snapshot/not-covered.ts';

export const renderNotCovered = (manifest: Manifest, kinds: readonly KindFacts[]): Markup =>
  markup`<section aria-labelledby="not-covered"><h2 id="not-covered">Not in this snapshot</h2>
${absentKinds(manifest, kinds).map((each) => markup`<p class="hint">${sentenceOf(each)}</p>`)}<p class="hint"><b>What no snapshot holds</b>: ${NEVER_COVERED.map(({ what }) => what).join(' · ')}</p><details><summary>Why not, and what to do</summary><ul>${NEVER_COVERED.map((each) => markup`<li class="hint">${sentenceOf(each)}</li>`)}</ul></details></section>`;

const sentenceOf = ({ what, why, todo }: NotCovered): Markup => markup`<b>${capitalized(what)}</b>: ${why}; ${todo}.`;

const capitalized = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
