import { describe, expect, it, vi } from "vitest";
import type { IssuedClientView } from "@/lib/usecases/views";
import { ApiError, networkError } from "./api-error";
import { sendSurely } from "./send-surely";

const issued = { client: { id: "c" } } as IssuedClientView;
const pause = (): Promise<void> => Promise.resolve();

describe("handing in a key over a bad line", () => {
  it("sends the very same request again until an answer comes", async () => {
    const send = vi.fn().mockRejectedValueOnce(networkError()).mockRejectedValueOnce(new ApiError("unavailable", "Later.", {}, 503)).mockResolvedValue(issued);
    await expect(sendSurely(send, pause)).resolves.toBe(issued);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it("gives up after the third silence, with the request still good to be sent", async () => {
    const send = vi.fn().mockRejectedValue(networkError());
    await expect(sendSurely(send, pause)).rejects.toMatchObject({ code: "network", undecided: true });
    expect(send).toHaveBeenCalledTimes(3);
  });

  it("takes a refusal as it is: a wrong code must not cost three tries", async () => {
    const send = vi.fn().mockRejectedValue(new ApiError("step_up_wrong_code", "No.", { triesLeft: 4 }, 403));
    await expect(sendSurely(send, pause)).rejects.toMatchObject({ code: "step_up_wrong_code" });
    expect(send).toHaveBeenCalledTimes(1);
  });
});
