package io.persistentmap.bench;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Keys and values, the same for every map. */
@State(Scope.Benchmark)
public class Workload {
  private static final int DISTINCT_USERS = 1 << 12;

  /** Number of entries. */
  @Param("1000000")
  public int entries;

  private String[] keys = {};
  private final User[] users = User.random(DISTINCT_USERS, 1);
  private final SplittableRandom random = new SplittableRandom(2);

  /** Makes the keys. */
  @Setup
  public void makeKeys() {
    keys = Keys.upTo(entries);
  }

  String key(int number) {
    return keys[number];
  }

  String randomKey() {
    return keys[random.nextInt(keys.length)];
  }

  User user(int number) {
    return users[number & (DISTINCT_USERS - 1)];
  }

  User randomUser() {
    return users[random.nextInt(DISTINCT_USERS)];
  }

  int averageUserBytes() {
    Bytes bytes = new Bytes();
    long sum = 0;
    for (User user : users) {
      sum += bytes.of(user).length;
    }
    return (int) (sum / users.length);
  }
}
