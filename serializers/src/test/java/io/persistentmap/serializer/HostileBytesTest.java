package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.persistentmap.foreign.Alarm;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guards that bytes made by somebody who means harm do none. Run again with {@code
 * -Dpersistentmap.seed=} what was printed.
 */
class HostileBytesTest {
  private static final int MUTATIONS =
      Boolean.getBoolean("persistentmap.exhaustive") ? 2_000_000 : 40_000;
  private static final long MAX_ALLOCATED_PER_BYTE = 300;

  /** Exceptions, and classes that are loaded meanwhile. */
  private static final long MAX_ALLOCATED_BESIDES = 2 << 20;

  private final long seed = Long.getLong("persistentmap.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final CodecFixture fixture = new CodecFixture();

  // ---- random damage ---------------------------------------------------------------------------

  @Test
  void read_mutatedValues_valueOrException() throws Exception {
    System.out.println("persistentmap.seed=" + seed);
    List<byte[]> samples = samples();
    int understood = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = mutate(samples.get(random.nextInt(samples.size())), samples);
      understood += readHarmlessly(bytes, "seed " + seed + ", mutation " + i) ? 1 : 0;
    }
    assertThat(understood).as("mutations that are values").isBetween(1, MUTATIONS - 1);
    for (byte[] sample : samples) {
      assertThat(fixture.decode(sample)).as("the codec still works").isNotNull();
    }
  }

  private List<byte[]> samples() throws Exception {
    List<byte[]> samples = new ArrayList<>();
    for (Object value : Samples.composites()) {
      samples.add(fixture.encode(value));
    }
    for (Kind kind : JdkKindsTest.stored()) {
      samples.add(fixture.encode(new ArrayList<>(Arrays.asList(kind.value(), kind.value()))));
    }
    return samples;
  }

  private byte[] mutate(byte[] original, List<byte[]> others) {
    byte[] bytes = original.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) random.nextInt(30);
        case 3 -> bytes = Arrays.copyOf(bytes, 1 + at);
        case 4 -> bytes = join(Arrays.copyOf(bytes, at), others.get(random.nextInt(others.size())));
        default -> bytes = join(Arrays.copyOf(bytes, at), hugeNumber());
      }
    }
    return bytes;
  }

  private byte[] hugeNumber() {
    return new byte[] {24, (byte) (1 + random.nextInt(99)), 1, -1, -1, -1, -1, 7, 24, 1, 1, 8};
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Returns whether the bytes are a value. */
  private boolean readHarmlessly(byte[] bytes, String description) {
    long before = allocatedBytes();
    boolean understood;
    try {
      fixture.codec.read(new ByteReader(bytes, 0, bytes.length));
      understood = true;
    } catch (SerializationException expected) {
      understood = false;
    } catch (Throwable other) {
      throw new AssertionError(description + ": " + Arrays.toString(bytes), other);
    }
    assertThat(allocatedBytes() - before)
        .as("%s: %s", description, Arrays.toString(Arrays.copyOf(bytes, 1000)))
        .isLessThan(MAX_ALLOCATED_BESIDES + MAX_ALLOCATED_PER_BYTE * bytes.length);
    return understood;
  }

  private static long allocatedBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  // ---- lengths and counts ----------------------------------------------------------------------

  @Test
  void read_hugeCounts_refusedWithoutMemory() {
    List<Object> values =
        List.of(
            new boolean[0],
            new short[0],
            new char[0],
            new int[0],
            new long[0],
            new float[0],
            new double[0],
            new String[0],
            new Object[0][0],
            new ArrayList<>(),
            new HashSet<>(),
            new HashMap<>());
    for (Object value : values) {
      byte[] empty = fixture.encode(value);
      for (String count : List.of("ffffffff07", "ffffffff0f", "ffffff7f", "8080808008", "8002")) {
        String hex = java.util.HexFormat.of().formatHex(empty, 0, empty.length - 1) + count;
        refusesWithoutMemory(java.util.HexFormat.of().parseHex(hex + "00".repeat(100)));
      }
    }
  }

  @Test
  void read_arraysThatClaimEachAllTheRest_refused() {
    fixture.encode(new Object[0]);
    byte[] bytes = new byte[600_000];
    for (int i = 0; i + 7 < bytes.length; i += 7) {
      bytes[i] = Tag.OBJECT;
      bytes[i + 1] = 1;
      bytes[i + 2] = GraphWriter.NEW_OBJECT;
      int rest = bytes.length - i - 7;
      for (int j = 3; j < 7; j++) { // in four bytes
        bytes[i + j] = (byte) ((rest & 0x7F) | (j < 6 ? 0x80 : 0));
        rest >>>= 7;
      }
    }
    refusesWithoutMemory(bytes);
  }

  private void refusesWithoutMemory(byte[] bytes) {
    long before = allocatedBytes();
    assertThatThrownBy(() -> fixture.codec.read(new ByteReader(bytes, 0, bytes.length)))
        .isInstanceOf(SerializationException.class);
    assertThat(allocatedBytes() - before).isLessThan(MAX_ALLOCATED_BESIDES + 20L * bytes.length);
  }

  // ---- nesting ---------------------------------------------------------------------------------

  private record Box(Object content) {}

  private static final class Node {
    @SuppressWarnings("unused") // read by the codec
    Object next = 1;
  }

  @Test
  void read_deepNesting_valueOrRefusal() {
    List<Object> containers =
        List.of(
            Optional.of(1),
            new Box(1),
            new Node(),
            new Object[] {1},
            new ArrayList<>(List.of(1)),
            new HashSet<>(List.of(1)),
            new HashMap<>(Map.of(1, 1)));
    for (Object container : containers) {
      byte[] whole = fixture.encode(container);
      byte[] opening = Arrays.copyOf(whole, whole.length - 5); // without the number in it
      byte[] bytes = new byte[opening.length * 100_000];
      for (int i = 0; i < bytes.length; i += opening.length) {
        System.arraycopy(opening, 0, bytes, i, opening.length);
      }
      readHarmlessly(bytes, container.getClass().getName());
    }
  }

  // ---- classes ---------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s\nobject\t0\t0\t",
        "%s\nobject\t0\t0\t\nint\tx\t",
        "%s\nrecord\t0\t0\t",
        "%s\nstable-record\t0\t0\t",
        "%s\nenum\t0\t0\t",
        "%s\nclass\t0\t0\t",
        "[L%s;\narray\t0\t0\t",
        "[L%s;\nclass\t0\t0\t",
        "%s\ncustom\t0\t0\t",
        "%s\nvalues\t1\t0\t",
        "%s\nholder\t1\t3\t",
        "%s\nholder\t1\t3\tjava.lang.Exception",
        "%s\nlist\t0\t0\t",
        "%s\nlist\t0\t0\tjava.util.ArrayList",
        "%s\nmap\t0\t0\tjava.util.HashMap",
        "io.persistentmap.serializer.HostileBytesTest$Node\nobject\t0\t0\t\n%s\tnext\t",
        "io.persistentmap.serializer.HostileBytesTest$Node\nobject\t0\t0\t\nint\tx\t%s",
        "damaged",
        "%s\nobject",
        "%s\nobject\t-1\t0\t",
        "%s\nvalues\t99999\t0\t",
        "\n\n\n"
      })
  void read_foreignClass_neverTouched(String description) {
    List<String> names =
        List.of(
            "io.persistentmap.foreign.Gadget",
            "java.lang.Runtime",
            "java.lang.ProcessBuilder",
            "javax.script.ScriptEngineManager",
            "java.util.PropertyResourceBundle",
            "sun.misc.Unsafe",
            "");
    for (String name : names) {
      CodecFixture file = new CodecFixture();
      file.classes.numberOf(description.formatted(name));
      for (int tag = Tag.ENUM; tag <= Tag.CLASS; tag++) {
        for (String rest : List.of("0101", "010100", "01010000000000", "0100", "01ff", "")) {
          byte[] bytes = java.util.HexFormat.of().parseHex(String.format("%02x", tag) + rest);
          try {
            Object read = file.codec.read(new ByteReader(bytes, 0, bytes.length));
            assertThat(read).isInstanceOfAny(Node.class, Class.class);
          } catch (SerializationException expected) {
            assertThat(expected).message().isNotBlank();
          }
        }
      }
    }
    assertThat(Alarm.raised()).isEmpty();
  }

  @Test
  void read_classNumbersOutOfRange_refused() {
    for (String number : List.of("00", "7f", "ffffffff0f", "8080808008", "ffffffff07")) {
      for (String tag : List.of("16", "17", "18", "19")) {
        assertThatThrownBy(() -> fixture.decodeHex(tag + number + "01"))
            .isInstanceOf(SerializationException.class);
      }
    }
  }

  @Test
  void read_enumOfElements_refusesOtherClasses() {
    byte[] bytes = fixture.encode(EnumSet.of(Samples.Plain.RED));
    fixture.encode(Samples.Point.class);
    String hex = java.util.HexFormat.of().formatHex(bytes).replace("1902", "1904");

    assertThatThrownBy(() -> fixture.decodeHex(hex)).isInstanceOf(SerializationException.class);
  }
}
