package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.serializer.Samples.Plain;
import io.persistentmap.serializer.Samples.Point;
import io.persistentmap.serializer.Samples.Tagged;
import io.persistentmap.serializer.Samples.User;
import io.persistentmap.serializer.Samples.WithBody;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Values made at random. Run again with {@code -Dpersistentmap.seed=} what was printed. */
class CodecRandomTest {
  private static final int ROUNDS = 3000;
  private static final int MAX_DEPTH = 4;

  private final long seed = Long.getLong("persistentmap.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final CodecFixture fixture = new CodecFixture();

  @Test
  void roundTrip_randomValues_equal() {
    System.out.println("persistentmap.seed=" + seed);
    for (int round = 0; round < ROUNDS; round++) {
      Object value = value(0);
      byte[] bytes = fixture.encode(value);
      Object read = fixture.decode(bytes);
      assertThat(read).as("seed %d, round %d", seed, round).isEqualTo(value);
      if (fixture.codec.isByteStable(value)) {
        assertThat(fixture.encode(read)).as("seed %d, round %d", seed, round).isEqualTo(bytes);
      }
    }
  }

  private Object value(int depth) {
    return random.nextInt(3) > 0 || depth == MAX_DEPTH ? scalar() : composite(depth + 1);
  }

  private Object scalar() {
    return switch (random.nextInt(15)) {
      case 0 -> random.nextBoolean();
      case 1 -> (byte) random.nextInt();
      case 2 -> (short) random.nextInt();
      case 3 -> random.nextInt();
      case 4 -> random.nextLong();
      case 5 -> (char) random.nextInt();
      case 6 -> Float.intBitsToFloat(random.nextInt());
      case 7 -> Double.longBitsToDouble(random.nextLong());
      case 8 -> new UUID(random.nextLong(), random.nextLong());
      case 9 -> new BigInteger(random.nextInt(300), random).negate();
      case 10 -> new BigDecimal(new BigInteger(random.nextInt(99), random), random.nextInt());
      case 11 -> Instant.ofEpochSecond(random.nextInt(), random.nextInt());
      case 12 -> random.nextBoolean() ? Plain.GREEN : WithBody.PLUS;
      default -> text();
    };
  }

  private String text() {
    int[] limits = {0x7F, 0xFF, 0x7FF, 0xFFFF, 0x10FFFF};
    int limit = limits[random.nextInt(limits.length)];
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(70); length > 0; length--) {
      text.appendCodePoint(random.nextInt(limit + 1));
    }
    return text.toString();
  }

  private Object composite(int depth) {
    return switch (random.nextInt(5)) {
      case 0 -> new Point(random.nextInt(), random.nextInt());
      case 1 -> new Tagged(text(), list(depth));
      case 2 -> user(depth);
      case 3 -> map(depth);
      default -> list(depth);
    };
  }

  private User user(int depth) {
    User user = new User(text(), random.nextInt());
    user.things = list(depth);
    return user;
  }

  private List<Object> list(int depth) {
    List<Object> list = new ArrayList<>();
    for (int size = random.nextInt(6); size > 0; size--) {
      list.add(value(depth));
    }
    return list;
  }

  private Map<Object, Object> map(int depth) {
    Map<Object, Object> map = new HashMap<>();
    for (int size = random.nextInt(6); size > 0; size--) {
      map.put(scalar(), value(depth));
    }
    return map;
  }
}
