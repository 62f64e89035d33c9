// Reads one simulation a line, as JSON; writes one answer a line: "Allowed", another result, or why it was not judged.
import { createInterface } from "node:readline";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
for await (const line of lines) {
  const answer = await runSimulation(JSON.parse(line), {});
  const ignored = answer.result?.ignoredContextKeys ?? [];
  const said =
    answer.resultType === "error"
      ? { skipped: JSON.stringify(answer.errors) }
      : ignored.length
        ? { skipped: `does not know the keys ${ignored}` }
        : { result: answer.overallResult };
  process.stdout.write(JSON.stringify(said) + "\n");
}
