/**
 * Builds dist/, what the package holds beside bin/oic.mjs: the command line with all it needs of other packages. Run by
 * `npm pack`; in a clone nothing needs it.
 */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** Each `(await import('./file.ts')).name` of the command line. */
const LOADED_WHEN_USED = /import\('(\.[^']+)'\)\)\.(\w+)/g;

const COMMANDS = globSync('functions/{cli.ts,cli/**/*.ts}', { cwd: ROOT }).flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(LOADED_WHEN_USED)].map(([, path = '', name = '']) => ({
    file: join(ROOT, dirname(file), path),
    name,
  })),
);

/** The ways in which the AWS SDK finds credentials; it loads each when it is tried. */
const WAY = /^@(aws-sdk|smithy)\/credential-provider-/;
const WAYS = globSync('@{aws-sdk,smithy}/credential-provider-*', { cwd: join(ROOT, 'node_modules') }).map((path) =>
  path.replaceAll('\\', '/'),
);

/** Modules of which one is loaded when any of them is: for each apart esbuild would write eighty files. */
const TOGETHER: Plugin = {
  name: 'together',
  setup: ({ onResolve, onLoad }) => {
    const files = new Set(COMMANDS.map(({ file }) => file));
    const contents = {
      commands: [...new Set(COMMANDS.map(({ file, name }) => `export { ${name} } from ${JSON.stringify(file)};`))],
      credentials: WAYS.map((path) => `export * from '${path}';`),
    };
    const inOne = (path: keyof typeof contents) => ({ path, namespace: 'together' });
    onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, importer }) =>
      kind === 'dynamic-import' && files.has(join(dirname(importer), path)) ? inOne('commands') : undefined,
    );
    onResolve({ filter: WAY }, ({ kind }) => (kind === 'dynamic-import' ? inOne('credentials') : undefined));
    onLoad({ filter: /./, namespace: 'together' }, ({ path }) => ({
      contents: contents[path as keyof typeof contents].join('\n'),
      resolveDir: ROOT,
    }));
  },
};

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: { oic: 'functions/cli.ts', 'older-node': 'packaging/older-node.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  // Of the AWS SDK what is not used can be left out only so.
  mainFields: ['module', 'main'],
  target: 'node20',
  // The names of errors are told.
  keepNames: true,
  legalComments: 'none',
  // The AWS SDK loads it in a browser only.
  external: ['bowser'],
  plugins: [TOGETHER],
  // Some packages are CommonJS, and require what Node brings along.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
