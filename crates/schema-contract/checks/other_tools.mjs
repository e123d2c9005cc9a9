// Answers for `other_tools.mjs FOLDER NAME`, for each line of two URLs, whether the tool of that name (pg-delta or pgkit),
// installed in the folder, sees a difference: equal, different or failed. One process for all: to start one for each
// question costs more than the answer.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [folder, name] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
// Connections that were lost with their database are no answer.
process.on('uncaughtException', () => {});
const answer = process.stdout.write.bind(process.stdout);

async function pgDelta() {
  const main = require.resolve('@supabase/pg-delta');
  const { cmdDiff } = await import(pathToFileURL(main.replace(/index\.js$/, 'cli/commands/diff.js')));
  process.exit = (code) => {
    throw new Error(`ends with ${code}`);
  };
  return async (before, after) => {
    let said = '';
    process.stdout.write = (text) => {
      said += text;
      return true;
    };
    await cmdDiff(['--source', before, '--desired', after]);
    return !said.includes('No differences found.');
  };
}

async function pgkit() {
  const { createClient } = require('@pgkit/client');
  const { Migration } = require('@pgkit/migra');
  return async (before, after) => {
    const clients = [createClient(before), createClient(after)];
    try {
      const migration = await Migration.create(...clients, {});
      migration.set_safety(false);
      migration.add_all_changes(true);
      return migration.statements.length > 0;
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  };
}

const differ = await (name === 'pg-delta' ? pgDelta() : pgkit());
for await (const line of createInterface({ input: process.stdin })) {
  let verdict;
  try {
    verdict = (await differ(...line.split(' '))) ? 'different' : 'equal';
  } catch (error) {
    verdict = 'failed';
    console.error(error);
  }
  answer(`${verdict}\n`);
}
