package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** The child of {@link BankTrial}: makes transfers until it is killed. */
final class BankTeller {
  private BankTeller() {}

  /** Arguments: the file, the number of accounts, the seed of the transfers. */
  public static void main(String[] arguments) {
    try (PersistentMap<Integer, Long> balances = Bank.open(Path.of(arguments[0]))) {
      Bank bank = new Bank(balances, Integer.parseInt(arguments[1]));
      SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
      boolean heard = ChildJvm.tell("opened " + balances.recovery().checkpoint());
      while (heard) {
        for (int i = 0; i < Bank.TRANSFERS_PER_CHECKPOINT; i++) {
          bank.transfer(random);
        }
        heard = ChildJvm.tell("checkpoint " + balances.checkpoint().number());
      }
    }
  }
}
