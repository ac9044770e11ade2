/** The keys that secrets at rest are sealed with. */
import { loadKeyring } from "@/lib/config";
import { rotateKeys } from "@/lib/usecases/rotate-keys";
import type { Command } from "./command";

export const KEY_COMMANDS: Command[] = [
  {
    words: "keys rotate",
    takes: "",
    about: "seals secrets at rest again, with the highest version in PORTAL_ENCRYPTION_KEYS",
    async run(ports) {
      const keyring = loadKeyring(process.env);
      const [{ version }] = keyring;
      const done = await rotateKeys(ports, keyring, (sealed) => console.log(`${sealed} sealed again with version ${version} …`));
      const older = keyring.slice(1).map((key) => key.version).filter((one) => one !== 1);
      console.log(done === 0 ? `Everything is sealed with version ${version} already.` : `All ${done} are sealed with version ${version}.`);
      if (older.length > 0) console.log(`Once every portal process has the new settings, take version ${older.join(" and ")} out of PORTAL_ENCRYPTION_KEYS.`);
    },
  },
];
