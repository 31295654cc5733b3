package io.persistentmap.bench;

import java.util.SplittableRandom;

/** A value as applications have it: about 100 bytes when Kryo has written it. */
@SuppressWarnings({"unused", "FieldCanBeFinal"}) // what serialisation reads and writes
final class User {
  private static final int NAME_LENGTH = 26;
  private static final int MAILBOX_LENGTH = 36;
  private static final int OLDEST = 100;

  private long id;
  private String name;
  private String email;
  private int age;
  private boolean active;
  private double score;

  private User(long id, String name, String email, int age, boolean active, double score) {
    this.id = id;
    this.name = name;
    this.email = email;
    this.age = age;
    this.active = active;
    this.score = score;
  }

  /** Returns a user made up from a source of random numbers. */
  static User random(SplittableRandom random) {
    return new User(
        random.nextLong(Long.MAX_VALUE),
        letters(random, NAME_LENGTH),
        letters(random, MAILBOX_LENGTH) + "@example.org",
        random.nextInt(OLDEST),
        random.nextBoolean(),
        random.nextDouble());
  }

  /** Returns many of them, from a seed. */
  static User[] random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    User[] users = new User[count];
    for (int i = 0; i < count; i++) {
      users[i] = random(random);
    }
    return users;
  }

  /** Changes it in place. */
  void birthday() {
    age++;
  }

  private static String letters(SplittableRandom random, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt('z' - 'a' + 1)));
    }
    return text.toString();
  }
}
