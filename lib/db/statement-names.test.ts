import { expect, it } from "vitest";
import { statementNames } from "@/lib/db/statement-names";

const statement = (sql: string, args: unknown[] = [1]) => ({ sql, args });

it("gives one statement one name, and two statements two", () => {
  const nameOf = statementNames();
  const one = nameOf(statement("SELECT $1"));
  expect(one).not.toBe("");
  expect(nameOf(statement("SELECT $1", [2]))).toBe(one);
  expect(nameOf(statement("SELECT $1, 2"))).not.toBe(one);
});

it("leaves searches to be planned for their pattern, and statements without parameters as they are", () => {
  const nameOf = statementNames();
  expect(nameOf(statement("SELECT id FROM access_clients WHERE lower(nickname) LIKE $1"))).toBe("");
  expect(nameOf(statement("BEGIN", []))).toBe("");
});

it("names no more than a connection should keep, whatever number of texts there is", () => {
  const nameOf = statementNames();
  const names = Array.from({ length: 1_000 }, (_, i) => nameOf(statement(`SELECT $1, ${i}`)));
  expect(new Set(names.filter(Boolean)).size).toBe(300);
  expect(nameOf(statement("SELECT $1, 0"))).toBe(names[0]);
});
