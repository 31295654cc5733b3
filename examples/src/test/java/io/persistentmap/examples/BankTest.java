package io.persistentmap.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that the bank survives, and that the audit would notice if it did not. */
final class BankTest {
  private static final int ACCOUNTS = 1_000;
  private static final long SEED = 42;

  @TempDir Path directory;

  @Test
  void trial_twoKills_allThere() throws Exception {
    Output output = new Output();
    new BankTrial(
            output.screen(),
            directory,
            new BankTrial.Plan(ACCOUNTS, 2, Duration.ofSeconds(1), SEED))
        .run();
    assertThat(output.text()).contains("bank killed 2 of 2", "OK: 2 kills");
  }

  @Test
  void audit_lastAcknowledged_countsTransfers() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      long opened = balances.recovery().checkpoint() - 1;
      assertThat(audit(balances, opened, opened + 1)).isEqualTo(Bank.TRANSFERS_PER_CHECKPOINT);
    }
  }

  @Test
  void audit_checkpointInFlight_accepted() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      long opened = balances.recovery().checkpoint() - 1;
      assertThat(audit(balances, opened, opened)).isEqualTo(Bank.TRANSFERS_PER_CHECKPOINT);
    }
  }

  @Test
  void audit_acknowledgedCheckpointMissing_violation() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      long opened = balances.recovery().checkpoint() - 1;
      assertViolation(balances, opened, opened + 2, "was acknowledged, but");
    }
  }

  @Test
  void audit_checkpointNobodyMade_violation() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      long opened = balances.recovery().checkpoint() - 1;
      assertViolation(balances, opened, opened - 1, "was acknowledged, but");
    }
  }

  @Test
  void audit_accountMissing_violation() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      balances.remove(7);
      assertViolation(balances, "there are 999 accounts");
    }
  }

  @Test
  void audit_moneyMissing_violation() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      balances.merge(7, -1L, Long::sum);
      assertViolation(balances, "99999999 cents instead of 100000000");
    }
  }

  @Test
  void audit_moneyInTheWrongPlace_violation() {
    try (PersistentMap<Integer, Long> balances = reopenedAfterOneCheckpoint()) {
      balances.merge(7, -1L, Long::sum);
      balances.merge(8, 1L, Long::sum);
      assertViolation(balances, "account ");
    }
  }

  /** Returns a bank that was opened at a checkpoint, made the transfers of one more, and closed. */
  private PersistentMap<Integer, Long> reopenedAfterOneCheckpoint() {
    Path file = directory.resolve("bank.map");
    try (PersistentMap<Integer, Long> balances = Bank.open(file)) {
      new Bank(balances, ACCOUNTS).deposit();
      balances.checkpoint();
    }
    try (PersistentMap<Integer, Long> balances = Bank.open(file)) {
      Bank bank = new Bank(balances, ACCOUNTS);
      SplittableRandom random = new SplittableRandom(SEED);
      for (int i = 0; i < Bank.TRANSFERS_PER_CHECKPOINT; i++) {
        bank.transfer(random);
      }
    }
    return Bank.open(file);
  }

  private static long audit(PersistentMap<Integer, Long> balances, long opened, long acknowledged) {
    return new BankAudit(ACCOUNTS)
        .check(balances, new BankAudit.Life(SEED, opened, acknowledged, Duration.ZERO));
  }

  private static void assertViolation(PersistentMap<Integer, Long> balances, String message) {
    long recovered = balances.recovery().checkpoint();
    assertViolation(balances, recovered - 1, recovered, message);
  }

  private static void assertViolation(
      PersistentMap<Integer, Long> balances, long opened, long acknowledged, String message) {
    assertThatThrownBy(() -> audit(balances, opened, acknowledged))
        .isInstanceOf(Violation.class)
        .hasMessageContaining(message);
  }
}
