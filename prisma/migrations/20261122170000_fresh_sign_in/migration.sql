-- AlterTable
ALTER TABLE "step_up_challenges" ADD COLUMN     "fresh_at" TIMESTAMPTZ(3),
ADD COLUMN     "fresh_token_hash" BYTEA;

-- CreateIndex
CREATE UNIQUE INDEX "step_up_challenges_fresh_token_hash_key" ON "step_up_challenges"("fresh_token_hash");

-- What Prisma's language can't say.

ALTER TABLE "step_up_challenges"
  ADD CONSTRAINT "step_up_challenges_fresh_token_hash_length" CHECK (octet_length("fresh_token_hash") = 32);
