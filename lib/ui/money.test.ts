import { expect, test } from "vitest";
import { formatMoney } from "@/lib/ui/money";

test("an amount is shown in its currency, with as many decimals as that has", () => {
  expect([formatMoney(4900, "EUR"), formatMoney(5, "USD"), formatMoney(4900, "JPY")]).toEqual(["€49.00", "$0.05", "¥4,900"]);
});
