-- Keep a file with its report.
INSERT INTO upload (id, account, layer, name, at, wishes, digest, report, faults, content)
VALUES (:id, :account, :layer, :name, :at, :wishes, :digest, :report, :faults, :content)
ON CONFLICT (id) DO UPDATE SET
    at = excluded.at, wishes = excluded.wishes, digest = excluded.digest,
    report = excluded.report, faults = excluded.faults
WHERE upload.account = excluded.account
