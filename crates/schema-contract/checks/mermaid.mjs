// Reads diagrams as a JSON array from the standard input and prints what Mermaid's own parser says about each that it refuses.
// Mermaid lies in the folder that is the first argument: `npm install --prefix FOLDER mermaid@11`.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const path = `${process.argv[2]}/node_modules/mermaid/dist/mermaid.core.mjs`;
const { default: mermaid } = await import(pathToFileURL(path));
const diagrams = JSON.parse(readFileSync(0, "utf8"));
const refused = [];
for (const [at, diagram] of diagrams.entries()) {
  try {
    await mermaid.parse(diagram);
  } catch (error) {
    refused.push(`${at}: ${error.message}\n${diagram}`);
  }
}
console.log(refused.join("\n"));
