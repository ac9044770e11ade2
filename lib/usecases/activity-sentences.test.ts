import { expect, test } from "vitest";
import { AUDIT_ACTIONS } from "@/lib/core/audit-actions";
import { sentenceOf } from "./activity-sentences";

test.each(AUDIT_ACTIONS.filter((action) => !action.startsWith("gateway.")))("%s is told to people in a sentence", (action) => {
  expect(sentenceOf({ action, data: {} })).toMatch(/ .+\.$/);
});
