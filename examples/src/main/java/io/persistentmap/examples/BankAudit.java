package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Knows what the bank must look like: the transfers follow from a seed, so it makes them, too, in a
 * {@link HashMap}.
 */
final class BankAudit {
  private final Map<Integer, Long> expected = new HashMap<>();
  private final Bank model;
  private final int accounts;

  /**
   * What a killed teller is known to have done.
   *
   * @param seed the seed of its transfers
   * @param opened the checkpoint it started from
   * @param acknowledged the last checkpoint that it told of
   * @param duration how long it had the map open
   */
  record Life(long seed, long opened, long acknowledged, Duration duration) {}

  /** Starts as the bank does. */
  BankAudit(int accounts) {
    this.accounts = accounts;
    this.model = new Bank(expected, accounts);
    model.deposit();
  }

  /**
   * Checks the bank after a life ended.
   *
   * @return how many transfers of it are in the bank
   * @throws Violation if anything is not as was promised
   */
  long check(PersistentMap<Integer, Long> balances, Life life) {
    long recovered = balances.recovery().checkpoint();
    Violation.unless(
        recovered == life.acknowledged || recovered == life.acknowledged + 1,
        "checkpoint %d was acknowledged, but %d was recovered",
        life.acknowledged,
        recovered);
    Violation.unless(
        balances.mappingCount() == accounts,
        "there are %d accounts instead of %d",
        balances.mappingCount(),
        accounts);
    long total = new Bank(balances, accounts).total();
    Violation.unless(
        total == accounts * Bank.DEPOSIT_CENTS,
        "there are %d cents instead of %d",
        total,
        accounts * Bank.DEPOSIT_CENTS);
    long transfers = (recovered - life.opened) * Bank.TRANSFERS_PER_CHECKPOINT;
    repeat(life.seed, transfers);
    balances.forEach(this::checkBalance);
    return transfers;
  }

  private void repeat(long seed, long transfers) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < transfers; i++) {
      model.transfer(random);
    }
  }

  private void checkBalance(int account, long cents) {
    long due = expected.getOrDefault(account, -1L);
    Violation.unless(cents == due, "account %d has %d cents instead of %d", account, cents, due);
  }
}
