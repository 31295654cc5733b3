package io.persistentmap.crash;

import io.persistentmap.platform.PatchedBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Damages the files of a store. One half of the damage is honest: what devices, file systems and
 * administrators do, which the checks in the file must find. The other half knows the format,
 * changes fields, and makes the checks right again: so it gets as deep as a bug in another release,
 * or an attacker, would.
 */
final class StoreMutator {
  private static final int BLOCK_BYTES = 4096;
  private static final int SECTOR_BYTES = 512;
  private static final int MOST_CHANGES = 3;
  private static final String PUT_BACK = " put back";
  private static final int SUPERBLOCKS = 2 * BLOCK_BYTES;

  private static final long[] INTERESTING = {
    0,
    1,
    -1,
    2,
    7,
    8,
    63,
    64,
    255,
    4095,
    4096,
    1 << 16,
    (1 << 22) - 32,
    1 << 22,
    (1 << 22) + 64,
    (1 << 21) - 1,
    1 << 21,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xffffffffL,
    1L << 32,
    (1L << 40) - 1,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final FuzzCorpus.Base base;
  private final FuzzCorpus.Base stranger;
  private final Map<String, List<FileParts.Part>> parts = new HashMap<>();
  private final List<Damage> singles = new ArrayList<>();

  /**
   * Prepares it.
   *
   * @param base the store to damage
   * @param stranger another store, whose bytes may get into its files
   */
  StoreMutator(FuzzCorpus.Base base, FuzzCorpus.Base stranger) {
    this.base = base;
    this.stranger = stranger;
    base.files().forEach((name, bytes) -> parts.put(name, FileParts.of(bytes)));
  }

  /**
   * A damaged store.
   *
   * @param files those that are there
   * @param repaired whether the checks were made right, so that wrong entries can't be told
   * @param what was done, for messages
   */
  record Mutant(Map<String, PatchedBytes> files, boolean repaired, List<String> what) {
    private PatchedBytes file(String name) {
      return Objects.requireNonNull(files.get(name));
    }
  }

  Mutant mutate(RandomGenerator random) {
    Mutant mutant = new Mutant(new TreeMap<>(), random.nextBoolean(), new ArrayList<>());
    base.files().forEach((name, bytes) -> mutant.files.put(name, new PatchedBytes(bytes)));
    int changes = 1 + random.nextInt(MOST_CHANGES);
    for (int i = 0; i < changes; i++) {
      if (mutant.repaired) {
        changeField(mutant, random);
      } else if (i == 0 && random.nextInt(8) == 0) {
        damageFiles(mutant, random);
        if (mutant.what.toString().contains(PUT_BACK)) {
          break; // with the other files damaged, too, nothing could tell
        }
      } else {
        damageBytes(mutant, random);
      }
    }
    return mutant;
  }

  // ---- all honest damage of some kinds ---------------------------------------------------------

  /** What is done once. */
  private enum Single {
    BYTE,
    LENGTH,
    SECTOR,
    BLOCK
  }

  /** One piece of damage. */
  private record Damage(String name, Single kind, int at) {}

  /**
   * Lists every byte that is used, every length there, every sector and every block: each is
   * damaged alone. Returns how many cases that are.
   */
  int single() {
    if (singles.isEmpty()) {
      base.files().forEach(this::addSingles);
    }
    return singles.size();
  }

  private void addSingles(String name, byte[] bytes) {
    TreeSet<Integer> places = new TreeSet<>();
    for (FileParts.Part part : parts.getOrDefault(name, List.of())) {
      for (int i = 0; i < part.length(); i++) {
        places.add(part.at() + i);
      }
    }
    TreeSet<Integer> sectors = new TreeSet<>();
    TreeSet<Integer> blocks = new TreeSet<>();
    for (int at : places) {
      singles.add(new Damage(name, Single.BYTE, at));
      singles.add(new Damage(name, Single.LENGTH, at));
      sectors.add(at / SECTOR_BYTES * SECTOR_BYTES);
      blocks.add(at / BLOCK_BYTES * BLOCK_BYTES);
    }
    sectors.forEach(at -> singles.add(new Damage(name, Single.SECTOR, at)));
    blocks.forEach(at -> singles.add(new Damage(name, Single.BLOCK, at)));
  }

  /** Makes one of the cases that {@link #single()} has listed. */
  Mutant single(int number, RandomGenerator random) {
    Mutant mutant = new Mutant(new TreeMap<>(), false, new ArrayList<>());
    base.files().forEach((name, bytes) -> mutant.files.put(name, new PatchedBytes(bytes)));
    Damage damage = singles.get(number);
    PatchedBytes file = mutant.file(damage.name);
    mutant.what.add(damage.toString());
    switch (damage.kind) {
      case BYTE -> {
        byte[] bytes = file.read(damage.at, 1);
        bytes[0] ^= (byte) (1 + random.nextInt(255));
        file.write(damage.at, bytes);
      }
      case LENGTH -> file.resize(damage.at);
      case SECTOR -> file.write(damage.at, new byte[SECTOR_BYTES]);
      case BLOCK -> file.write(damage.at, new byte[BLOCK_BYTES]);
    }
    return mutant;
  }

  // ---- honest damage ---------------------------------------------------------------------------

  private void damageFiles(Mutant mutant, RandomGenerator random) {
    String name = any(List.copyOf(base.files().keySet()), random);
    // The one file of a store in place, as a whole of another store, would be that store.
    switch (random.nextInt(base.files().size() > 1 ? 5 : 1)) {
      case 0 -> {
        mutant.files.put(name, new PatchedBytes(new byte[0]));
        mutant.what.add(name + " of 0 bytes");
      }
      case 1 -> {
        mutant.files.put(name, new PatchedBytes(stranger.files().getOrDefault(name, new byte[0])));
        mutant.what.add(name + " of another store");
      }
      case 2 -> {
        mutant.files.put(name, new PatchedBytes(base.older().getOrDefault(name, new byte[0])));
        mutant.what.add("old " + name + PUT_BACK);
      }
      case 3 -> {
        mutant.files.remove(name);
        mutant.what.add(name + " is missing");
      }
      default -> {
        PatchedBytes even = new PatchedBytes(base.files().getOrDefault("store.even", new byte[0]));
        PatchedBytes odd = new PatchedBytes(base.files().getOrDefault("store.odd", new byte[0]));
        mutant.files.put("store.even", odd);
        mutant.files.put("store.odd", even);
        mutant.what.add("even and odd swapped");
      }
    }
  }

  private void damageBytes(Mutant mutant, RandomGenerator random) {
    if (mutant.files.isEmpty()) {
      return;
    }
    String name = any(List.copyOf(mutant.files.keySet()), random);
    PatchedBytes file = mutant.file(name);
    if (file.size() == 0) {
      return;
    }
    int at = place(name, file, random);
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        byte[] bytes = file.read(at, 1);
        bytes[0] ^= (byte) (1 << random.nextInt(8));
        write(mutant, name, at, bytes, "bit flipped");
      }
      case 2 -> write(mutant, name, at, random(random, 1 + random.nextInt(64)), "noise");
      case 3 -> {
        int unit = random.nextBoolean() ? SECTOR_BYTES : BLOCK_BYTES;
        write(mutant, name, at / unit * unit, new byte[unit], "zeros");
      }
      case 4 -> {
        int unit = random.nextBoolean() ? SECTOR_BYTES : BLOCK_BYTES;
        byte[] moved = file.read(place(name, file, random) / unit * unit, unit);
        write(mutant, name, at / unit * unit, moved, "written to the wrong place");
      }
      case 5 -> {
        byte[] other = stranger.files().getOrDefault(name, new byte[BLOCK_BYTES]);
        int from = at / SECTOR_BYTES * SECTOR_BYTES;
        byte[] bytes = new PatchedBytes(other).read(from, SECTOR_BYTES);
        write(mutant, name, from, bytes, "of another store");
      }
      default -> {
        int length = random.nextInt(4) == 0 ? at + file.size() : at;
        file.resize(length);
        mutant.what.add(name + " has " + length + " bytes");
      }
    }
  }

  /** Mostly where something is. */
  private int place(String name, PatchedBytes file, RandomGenerator random) {
    List<FileParts.Part> known = parts.getOrDefault(name, List.of());
    if (known.isEmpty() || random.nextInt(4) == 0) {
      return random.nextInt(file.size());
    }
    FileParts.Part part = any(known, random);
    return Math.min(part.at() + random.nextInt(part.length()), file.size() - 1);
  }

  private static void write(Mutant mutant, String name, int at, byte[] bytes, String what) {
    mutant.file(name).write(at, bytes);
    mutant.what.add(name + " at 0x" + Integer.toHexString(at) + ": " + what);
  }

  // ---- with the checks made right --------------------------------------------------------------

  private void changeField(Mutant mutant, RandomGenerator random) {
    String name = any(List.copyOf(mutant.files.keySet()), random);
    PatchedBytes file = mutant.file(name);
    FileParts.Part part = any(parts.getOrDefault(name, List.of()), random);
    int width = 1 << random.nextInt(4);
    int field = field(part, width, random);
    long before = number(file.read(part.at() + field, width));
    long after = value(before, file, random);
    file.write(part.at() + field, bytes(after, width));
    boolean both = part.kind() == FileParts.Kind.SUPERBLOCK && random.nextInt(4) > 0;
    FileParts.repair(file, part);
    if (both) {
      copyToTwin(file, part);
    }
    mutant.what.add(
        name
            + " at 0x"
            + Integer.toHexString(part.at())
            + ": "
            + part.kind()
            + ", "
            + width
            + " bytes at "
            + field
            + ": "
            + before
            + " to "
            + after);
  }

  /** Most superblock copies, records and blocks have their fields in front. */
  private static int field(FileParts.Part part, int width, RandomGenerator random) {
    int most = part.kind() == FileParts.Kind.SUPERBLOCK ? 144 : part.length();
    int range = random.nextBoolean() ? Math.min(most, 48) : most;
    return random.nextInt(Math.max(1, range / width)) * width;
  }

  private static void copyToTwin(PatchedBytes file, FileParts.Part part) {
    int block = part.at() / BLOCK_BYTES * BLOCK_BYTES;
    byte[] copy = file.read(part.at(), part.length());
    file.write(block, copy);
    file.write(block + BLOCK_BYTES / 2, copy);
  }

  private static long value(long before, PatchedBytes file, RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0 -> before + 1;
      case 1 -> before - 1;
      case 2 -> before ^ (1L << random.nextInt(64));
      case 3 -> random.nextInt(Math.max(1, file.size() - SUPERBLOCKS + 1)) >>> random.nextInt(8);
      case 4 -> random.nextLong() >>> random.nextInt(64);
      default -> INTERESTING[random.nextInt(INTERESTING.length)];
    };
  }

  private static long number(byte[] bytes) {
    byte[] wide = new byte[Long.BYTES];
    System.arraycopy(bytes, 0, wide, 0, bytes.length);
    return ByteBuffer.wrap(wide).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private static byte[] bytes(long value, int width) {
    byte[] wide =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    byte[] bytes = new byte[width];
    System.arraycopy(wide, 0, bytes, 0, width);
    return bytes;
  }

  private static byte[] random(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static <T> T any(List<T> list, RandomGenerator random) {
    return list.get(random.nextInt(list.size()));
  }
}
