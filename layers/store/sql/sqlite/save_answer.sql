-- Keep the answer to a write for whoever asks again.
INSERT INTO idempotency (actor, key, at, digest, answer)
VALUES (:actor, :key, :at, :digest, :answer)
