/** How the report looks: calm, in the reader's light or dark, from a phone's width on; on paper, too. */
import { COLOURS, PICTURE_STYLE } from '../picture/style.ts';

const PAGE = `
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{margin:0;font-size:28px;letter-spacing:-.015em;line-height:1.2}
h2{margin:44px 0 4px;font-size:19px;letter-spacing:-.01em}
h3{margin:20px 0 8px;font-size:14px;font-weight:600}
a{color:var(--blue);text-underline-offset:2px}
a,b,code,td,th,li,h1{overflow-wrap:anywhere}
code{font:12px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft)}
.hint,.by,small,footer{color:var(--soft);font-size:13px}
.hint{margin:2px 0 12px}
.card{background:var(--paper);border:1px solid var(--line);border-radius:14px}
.quiet{margin:12px 0;padding:16px 18px;color:var(--soft)}
.skip{position:absolute;left:-999px}.skip:focus{left:20px;top:8px;background:var(--paper);padding:6px 10px;border-radius:8px}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:6px}
.eyebrow{margin:0 0 4px;color:var(--soft);font-size:13px}
.glance{display:flex;gap:16px;align-items:center;margin:20px 0 16px;padding:18px 22px;border-color:var(--green);box-shadow:inset 5px 0 0 var(--green)}
.glance.bad{border-color:var(--red);box-shadow:inset 5px 0 0 var(--red)}
.glance svg{flex:none;width:34px;height:34px;fill:none;stroke:var(--green);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.glance.bad svg{stroke:var(--red)}
.glance b{display:block;font-size:19px;line-height:1.3}
.stale{margin:0 0 16px;padding:12px 18px;border-color:var(--amber);color:var(--amber)}
.loss{margin:0 0 16px;padding:12px 18px;border-color:var(--red);color:var(--red)}
.tiles{display:grid;grid-template-columns:2fr repeat(4,1fr);gap:10px;margin:0;padding:0;list-style:none}
.tiles li{padding:14px 16px}
.tiles b{display:block;font-size:24px;font-weight:650;letter-spacing:-.02em;line-height:1.2}
.tiles span{color:var(--soft);font-size:13px}.tiles i{font-style:normal;white-space:nowrap}
nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin-top:16px;font-size:14px}
nav a{padding:4px 0}
h2{scroll-margin-top:16px}
.count{margin-left:4px;padding:1px 8px;border-radius:99px;background:var(--line);color:var(--ink);font-size:12px;font-weight:600}
.items{margin:8px 0;padding:0;list-style:none}
.items li{display:flex;gap:12px;padding:12px 16px;border-top:1px solid var(--line)}
.items li:first-child{border-top:0}
.items li>div{flex:1;min-width:0}
.items .by{margin-left:10px}
.items .head{display:block}
time{white-space:nowrap}
.mark{flex:none;width:22px;height:22px;margin-top:1px}.mark circle{fill:var(--hue)}.mark path{fill:none;stroke:var(--paper);stroke-width:2;stroke-linecap:round}
.items .added{--hue:var(--green)}.items .removed{--hue:var(--red)}.items .changed{--hue:var(--amber)}
details>summary{cursor:pointer;color:var(--blue);font-size:13px;width:fit-content}
summary .hint{margin:0 0 0 10px}
.items details{margin-top:4px}
.scroll{overflow:auto;max-height:78vh;margin-top:10px;border:1px solid var(--line);border-radius:12px;background:var(--ground)}
.scroll .picture{display:block}
@media (min-width:761px){.map .picture{max-width:max(100%,1300px);height:auto}}
.charts{padding:14px 18px 10px}
figure{margin:0 0 12px}
figcaption{display:flex;gap:10px;align-items:baseline;font-size:13px}
figcaption .hint{margin:0 0 0 auto}
.now{font-weight:600}
.plot{display:grid;grid-template-columns:62px minmax(0,1fr);margin-top:6px}
.y{display:flex;flex-direction:column;justify-content:space-between;margin:0;padding:2px 10px 0 0;color:var(--soft);font-size:11px;line-height:14px;text-align:right;white-space:nowrap}
.y.one{justify-content:center}
.chart{display:block;width:100%;height:84px;overflow:visible}
.x{display:block;width:100%;height:20px;overflow:visible;font-size:11px}
.x text{fill:var(--soft)}
.chart *{vector-effect:non-scaling-stroke}
.chart .stroke{fill:none;stroke:var(--blue);stroke-width:2;stroke-linejoin:round}
.chart .fill{fill:var(--blue);opacity:.1}
.chart .bars{fill:var(--blue)}
.chart .faint{stroke:var(--line);stroke-width:1}
.chart .bad{fill:var(--red);opacity:.22}
.chart .hover{fill:var(--ink);opacity:0}.chart .hover:hover{opacity:.06}
.numbers{margin-top:10px}
table{width:100%;border-collapse:collapse;font-size:14px}
th,td{padding:9px 12px;border-top:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
thead th{border-top:0;color:var(--soft);font-size:12px;font-weight:600;white-space:nowrap}
.n{text-align:right;white-space:nowrap}
#list,#list thead,#list tbody{display:block}
#list tr{display:grid;grid-template-columns:minmax(0,1fr) 140px 92px 206px 92px 176px}
#list tbody tr{border-top:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 60px}
#list th,#list td{border:0}
#list tbody th{font-weight:600}
#list tbody code,#list small{display:block;font-weight:400}
#list i{display:inline-block;width:8px;height:8px;margin-right:8px;border-radius:50%;background:var(--edge)}
#list .good{background:var(--green)}#list .bad{background:var(--red)}
#list button{all:unset;cursor:pointer;display:inline-flex;gap:5px}
#list button:focus-visible{outline:2px solid var(--blue);outline-offset:3px;border-radius:4px}
[aria-sort=ascending] button::after{content:"↑"}[aria-sort=descending] button::after{content:"↓"}
#list summary{display:flex;gap:8px;align-items:center}
#list summary svg{width:96px;height:14px;stroke:var(--line);stroke-width:1.5}
#list summary .t{stroke:var(--blue);stroke-width:2.5}
#list ol{margin:6px 0 0;padding:0;list-style:none;font-size:12px;color:var(--soft)}
#list li{padding:3px 0}
.search{display:flex;gap:10px;align-items:center;margin:8px 0 12px}
.search input{flex:1;min-width:0;padding:10px 14px;border:1px solid var(--edge);border-radius:10px;background:var(--paper);color:var(--ink);font:inherit}
.search input::placeholder{color:var(--soft);opacity:1}
.search output{min-width:96px;color:var(--soft);font-size:13px;text-align:right}
footer{margin-top:44px;padding-bottom:36px}
@media (max-width:760px){
header,main,footer{padding-left:14px;padding-right:14px}
header{padding-top:22px}
h1{font-size:23px}
.glance{align-items:flex-start;padding:16px 18px}
.glance b{font-size:17px}
.plot{grid-template-columns:50px minmax(0,1fr)}
.charts{padding-left:8px}
figcaption{padding-left:10px}
.tiles{grid-template-columns:repeat(2,1fr)}
.tiles li:first-child{grid-column:1/-1}
.items .by{display:block;margin:0}
.search output{min-width:0}
figcaption{flex-wrap:wrap}
#list thead{border-bottom:1px solid var(--line)}
#list thead tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:8px 14px}
#list thead th{padding:4px 0}
#list tbody tr{grid-template-columns:1fr auto;gap:2px 12px;padding:11px 14px;contain-intrinsic-size:auto 118px}
#list tbody tr:first-child{border-top:0}
#list tbody th,#list tbody td{padding:0;min-width:0}
#list tbody th{grid-column:1/-1}
#list tbody td:nth-child(3),#list tbody td:nth-child(5){text-align:right}
#list tbody td:nth-child(6){grid-column:1/-1}
#list tbody td:nth-child(3):not(:empty)::before{content:"schedule "}
}
@media print{.search,.skip,nav,details:not([open]){display:none}body{background:none}#list tbody tr{content-visibility:visible;break-inside:avoid}.scroll{max-height:none;overflow:visible}}
`;

export const REPORT_STYLE = `${COLOURS}${PICTURE_STYLE}${PAGE.replaceAll('\n', '')}`;
