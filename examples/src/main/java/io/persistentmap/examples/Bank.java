package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A bank: account number to cents. Money moves, but never comes or goes.
 *
 * <p>It works on any map, as the persistent one is a {@link Map} like any other.
 */
final class Bank {
  static final long DEPOSIT_CENTS = 1_000_00;
  static final int TRANSFERS_PER_CHECKPOINT = 1_000;
  private static final long LARGEST_TRANSFER_CENTS = 500_00;

  private final Map<Integer, Long> balances;
  private final int accounts;

  Bank(Map<Integer, Long> balances, int accounts) {
    this.balances = balances;
    this.accounts = accounts;
  }

  /** Opens the file of the balances. */
  static PersistentMap<Integer, Long> open(Path file) {
    return PersistentMap.open(file, Integer.class, Long.class);
  }

  /** Gives every account the same. */
  void deposit() {
    for (int account = 0; account < accounts; account++) {
      balances.put(account, DEPOSIT_CENTS);
    }
  }

  /** Moves money: two changes, between which a checkpoint would be wrong. */
  void transfer(SplittableRandom random) {
    int from = random.nextInt(accounts);
    int to = random.nextInt(accounts);
    long wanted = 1 + random.nextLong(LARGEST_TRANSFER_CENTS);
    long cents = Math.min(wanted, balances.getOrDefault(from, 0L));
    balances.merge(from, -cents, Long::sum);
    balances.merge(to, cents, Long::sum);
  }

  /** Returns all money there is, in cents. */
  long total() {
    return balances.values().stream().mapToLong(Long::longValue).sum();
  }
}
