/** `npm run soak`: many simulated nights. NIGHTS (200) and SEED (of the clock) in the environment. */
import { runNights } from './nights.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const nights = Number(process.env.NIGHTS ?? 200);
process.stdout.write(`${nights} nights with SEED=${seed}\n`);

const { backups, deaths, givenUp, refused, healed, archives, wrong } = await runNights({
  seed,
  nights,
  onNight: (night, so) => {
    if (night % 20 === 0) process.stdout.write(`${night} nights, ${so.deaths} deaths, ${so.wrong.length} wrong\n`);
  },
});
for (const line of wrong) process.stdout.write(`WRONG  ${line}\n`);
process.stdout.write(
  `${backups} complete backups of ${nights} nights, ${archives} archives compared, ${deaths} times dead, ` +
    `${givenUp} times given up, ${refused} times refused for a wrong clock or instance, ${healed} archives rotten and stored anew, ${wrong.length} wrong\n`,
);
process.exitCode = wrong.length === 0 && backups === nights ? 0 : 1;
