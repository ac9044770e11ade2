-- AlterTable
ALTER TABLE "users" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3);

-- What Prisma's language can't say.

ALTER TABLE "users"
  ADD CONSTRAINT "users_deleted_is_empty" CHECK ("deleted_at" IS NULL OR ("email" IS NULL AND "deactivated_at" IS NOT NULL AND NOT "is_operator"));
