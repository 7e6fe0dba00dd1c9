#!/usr/bin/env node
/**
 * What starts when `oic` is typed: in a clone the program as it is written, else the bundle of the package. It is plain
 * JavaScript that an old Node reads too, to be told that it is too old.
 */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const SOURCE = new URL('../functions/cli.ts', import.meta.url);
const BUNDLE = new URL('../dist/oic.mjs', import.meta.url);
const OLDER_NODE = new URL('../dist/older-node.mjs', import.meta.url);

const isClone = existsSync(SOURCE);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** That of undici, or the first that strips types without being asked. */
const [leastMajor, leastMinor] = isClone ? [22, 18] : [20, 18];

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  const advice = isClone ? '`npm ci` here brings one, which `npx oic` takes' : 'get one at https://nodejs.org';
  process.stderr.write(
    `oic: this is Node ${process.versions.node}, and oic needs ${leastMajor}.${leastMinor} or newer: ${advice}\n`,
  );
  process.exitCode = 2;
} else {
  // Most of a start is compiling what was compiled before. Not in the shared temporary directory, where others write.
  module.enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'oic'));
  if (major < 22) {
    // The AWS SDK would tell each time which Node its later versions need.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    await import(OLDER_NODE.href);
  }
  const { start } = await import((isClone ? SOURCE : BUNDLE).href);
  await start(process.argv.slice(2));
}
