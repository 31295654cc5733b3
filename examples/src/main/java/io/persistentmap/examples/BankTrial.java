package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import io.persistentmap.Recovery;
import io.persistentmap.SnapshotMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Kills a bank again and again, and checks each time that all money is where it should be. */
final class BankTrial {
  private static final int MOST_CHECKPOINTS = 60;
  private static final Duration LONGEST_DELAY = Duration.ofMillis(50);
  private static final String ROW = "   %4s  %9s  %9s  %12s  %9s  %-14s  %9s  %s";

  private final Screen screen;
  private final Path file;
  private final Plan plan;
  private final SplittableRandom random;
  private final BankAudit audit;
  private final List<String> rows = new ArrayList<>();

  /**
   * How large it is.
   *
   * @param accounts how many accounts there are
   * @param kills how often the bank is killed
   * @param longestLife how long after it opened the map it is killed at the latest
   * @param seed decides the transfers and the moments
   */
  record Plan(int accounts, int kills, Duration longestLife, long seed) {}

  BankTrial(Screen screen, Path directory, Plan plan) {
    this.screen = screen;
    this.file = directory.resolve("bank.map");
    this.plan = plan;
    this.random = new SplittableRandom(plan.seed);
    this.audit = new BankAudit(plan.accounts);
  }

  /**
   * Runs it, and prints the table.
   *
   * @throws Violation if the map breaks its promise
   */
  void run() throws IOException {
    screen.line(
        "   A child JVM moves money between %,d accounts with %,d.00 each, makes a checkpoint after"
            + " every%n   %,d transfers, and is killed (SIGKILL) at a random moment. Then the map"
            + " is opened again.%n",
        plan.accounts, Bank.DEPOSIT_CENTS / 100, Bank.TRANSFERS_PER_CHECKPOINT);
    deposit();
    long transfers = 0;
    try (Progress progress = screen.progress("bank killed", plan.kills)) {
      for (int kill = 1; kill <= plan.kills; kill++) {
        transfers += audit(kill, live());
        progress.step();
      }
    }
    screen.line("   %15s  %9s  %12s", "killed", "transfers", "last");
    screen.line(
        ROW, "kill", "after", "kept", "acknowledged", "recovered", "from", "opened in", "money");
    rows.forEach(screen::line);
    screen.line(
        "%n   OK: %d kills, %,d transfers. Every balance was as computed from the seed; no"
            + " acknowledged checkpoint was lost.",
        plan.kills, transfers);
  }

  private void deposit() throws IOException {
    try (PersistentMap<Integer, Long> balances = Bank.open(file)) {
      new Bank(balances, plan.accounts).deposit();
      balances.checkpoint();
      screen.line("   %s%n", describe(balances.stats().strategy()));
    }
  }

  private String describe(SnapshotMode strategy) throws IOException {
    String name = file.getFileName().toString();
    String fileSystem = Files.getFileStore(file).type();
    return strategy == SnapshotMode.REFLINK
        ? Screen.format(
            "Checkpoints are snapshots: %s can clone files, so %s is cloned to%n"
                + "   %s.even and to %s.odd, in turn.",
            fileSystem, name, name, name)
        : Screen.format(
            "Checkpoints are made in place, in %s: %s can't clone files. The promise is the same."
                + "%n   To see snapshots: ./demo DIR, with DIR on XFS or Btrfs.",
            name, fileSystem);
  }

  /** Runs a teller until it is killed, some time after it has made some checkpoints. */
  private BankAudit.Life live() throws IOException {
    long seed = random.nextLong();
    int checkpoints = random.nextInt(MOST_CHECKPOINTS);
    Duration delay = Duration.ofNanos(random.nextLong(LONGEST_DELAY.toNanos()));
    try (ChildJvm teller = ChildJvm.start(BankTeller.class, file, plan.accounts, seed)) {
      long opened = Long.parseLong(teller.next("opened"));
      long begin = System.nanoTime();
      teller.killAfter(checkpoints == 0 ? delay : plan.longestLife);
      long acknowledged = opened;
      for (String line = teller.nextLine(); line != null; line = teller.nextLine()) {
        acknowledged = Long.parseLong(teller.after("checkpoint", line));
        if (acknowledged == opened + checkpoints) {
          teller.killAfter(delay);
        }
      }
      teller.awaitKilled();
      return new BankAudit.Life(seed, opened, acknowledged, Screen.since(begin));
    }
  }

  /** Opens what is left, checks it, and closes it. */
  private long audit(int kill, BankAudit.Life life) {
    try (PersistentMap<Integer, Long> balances = Bank.open(file)) {
      long transfers = audit.check(balances, life);
      Recovery recovery = balances.recovery();
      rows.add(
          Screen.format(
              ROW,
              kill,
              life.duration().toMillis() + " ms",
              Screen.format("%,d", transfers),
              Screen.format("%,d", life.acknowledged()),
              Screen.format("%,d", recovery.checkpoint()),
              Screen.source(recovery),
              Screen.time(recovery.duration()),
              "all there"));
      return transfers;
    }
  }
}
