-- Requests counted lately, a row for each process that counted them, and who is held back.

-- name: traffic_of_others(subject, process)
SELECT by_second FROM traffic WHERE subject = :subject AND process <> :process;

-- name: keep_traffic(subject, process, until, by_second)*!
INSERT INTO traffic (subject, process, until, by_second) VALUES (:subject, :process, :until, :by_second)
ON CONFLICT (subject, process) DO UPDATE SET until = excluded.until, by_second = excluded.by_second;

-- name: forget_traffic(now)!
DELETE FROM traffic WHERE until <= :now;

-- name: restriction(subject)^
SELECT * FROM restrictions WHERE subject = :subject;

-- name: keep_restriction(subject, until, bans, banned_until, at)*!
INSERT INTO restrictions (subject, until, bans, banned_until) VALUES (:subject, :until, :bans, :banned_until)
ON CONFLICT (subject) DO UPDATE
SET until = excluded.until, bans = excluded.bans, banned_until = excluded.banned_until
WHERE (excluded.bans, excluded.until) > (restrictions.bans, restrictions.until)
   OR restrictions.until <= :at;

-- name: forget_restrictions(before, most)!
DELETE FROM restrictions WHERE until <= :before OR subject IN
  (SELECT subject FROM restrictions ORDER BY until DESC LIMIT -1 OFFSET :most);
