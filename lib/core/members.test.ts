import { expect, test } from "vitest";
import { invitable, mayDemote, mayPromote, mayRemove } from "./members";
import type { Standing } from "./policy";
import { ROLES } from "./vocabulary";

const STANDINGS: Standing[] = ["owner", "admin", "member", "operator"];
const to = (may: (standing: Standing, role: (typeof ROLES)[number]) => boolean) => STANDINGS.map((standing) => ROLES.filter((role) => may(standing, role)));

test("owners have to do with everyone, admins with plain members, members with nobody; an operator only takes away", () => {
  expect(to(mayRemove)).toEqual([["owner", "admin", "member"], ["member"], [], ["owner", "admin", "member"]]);
  expect(to(mayPromote)).toEqual([["member"], [], [], []]);
  expect(to(mayDemote)).toEqual([["owner", "admin"], [], [], []]);
  expect(STANDINGS.map(invitable)).toEqual([["member", "admin"], ["member"], [], []]);
});
