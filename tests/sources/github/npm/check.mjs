// Reads questions as JSON ({name: text}), says what GitHub's schema has against each.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/node_modules/`);
const { buildASTSchema, parse, validate } = require("graphql");
const folder = `${process.argv[2]}/node_modules/@octokit/graphql-schema`;
const text = readFileSync(`${folder}/schema.graphql`, "utf8");
const built = buildASTSchema(parse(text), { assumeValidSDL: true });
const questions = JSON.parse(readFileSync(0, "utf8"));
const wrong = {};
for (const [name, text] of Object.entries(questions)) {
  wrong[name] = validate(built, parse(text)).map((error) => error.message);
}
const fields = Object.keys(built.getType("Issue").getFields());
const events = ["IssueTimelineItems", "PullRequestTimelineItems"].flatMap((name) =>
  built.getType(name).getTypes().map((type) => type.name),
);
console.log(JSON.stringify({ wrong, fields, events }));
