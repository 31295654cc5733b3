package io.persistentmap.format;

import io.persistentmap.CorruptFileException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The superblock: what a checkpoint is, as of the moment that it became durable.
 *
 * <p>There are two, even and odd; generation g goes to block g mod 2, so that the newest but one is
 * never touched while a newer one is written. Within its block a superblock is stored twice, each
 * copy inside one 512-byte sector:
 *
 * <pre>
 *     0          512                 2048         2560                4096
 *     +-----------+-------------------+------------+-------------------+
 *     |  copy 1   |       zeros       |   copy 2   |       zeros       |
 *     +-----------+-------------------+------------+-------------------+
 * </pre>
 *
 * <p>A device that writes sectors whole leaves each copy either old or new. So a copy that fails
 * its CRC is damage, not an interrupted write, and the other copy still tells the truth.
 *
 * @param store which store this is: detects a file of another one
 * @param generation counts superblocks written; the higher one is newer
 * @param checkpoint number of the checkpoint, 0 in a new file
 * @param completed the highest checkpoint known to be durable when this was written: detects that a
 *     newer one has been lost
 * @param timeMillis when the checkpoint was taken
 * @param clean whether the file was closed, with everything in it durable
 * @param reflink whether the snapshots, rather than this file, are what a crash leaves whole
 * @param hashSeed seed of the hash of the keys
 * @param tail end of the log
 * @param replayStart where replay starts: what is before it is in the image
 * @param imageSegment first segment of the index image, or -1
 * @param imageSequence sequence of that segment
 * @param previousSnapshot checkpoint number in the other snapshot, 0 if there was none
 * @param entries entries of all maps
 * @param oldestSequence no segment of the log with a lower sequence is in use, so the state can be
 *     told from the log alone: a removal from then on is there while what it removed may be
 */
public record Superblock(
    UUID store,
    long generation,
    long checkpoint,
    long completed,
    long timeMillis,
    boolean clean,
    boolean reflink,
    long hashSeed,
    LogPosition tail,
    LogPosition replayStart,
    int imageSegment,
    long imageSequence,
    long previousSnapshot,
    long entries,
    long oldestSequence) {
  private static final String MAGIC_TEXT = "PMapHash";
  private static final long MAGIC =
      ByteBuffer.wrap(MAGIC_TEXT.getBytes(StandardCharsets.US_ASCII))
          .order(ByteOrder.LITTLE_ENDIAN)
          .getLong();
  private static final int COPY_BYTES = 512;
  private static final int SECOND_COPY = 2048;
  private static final int MAGIC_OFFSET = 0;
  private static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  private static final int CRC_OFFSET = VERSION_OFFSET + Integer.BYTES;
  private static final int CHECKED_OFFSET = CRC_OFFSET + Integer.BYTES;
  private static final int FLAG_CLEAN = 1;
  private static final int FLAG_REFLINK = 2;

  /** No image segment. */
  public static final int NO_IMAGE = -1;

  /**
   * Returns the superblock of a file that has just been made, of generation 0 or 1.
   *
   * @param checkpoint the number before that of its first checkpoint: 0 but for a store that goes
   *     on
   */
  public static Superblock create(
      UUID store,
      long generation,
      long checkpoint,
      long hashSeed,
      long timeMillis,
      LogPosition start) {
    return new Superblock(
        store,
        generation,
        checkpoint,
        checkpoint,
        timeMillis,
        true,
        false,
        hashSeed,
        start,
        start,
        NO_IMAGE,
        0,
        0,
        0,
        start.sequence());
  }

  /** Returns the next superblock, for the same checkpoint, which is durable. */
  public Superblock mark(boolean nowClean, boolean nowReflink) {
    return new Superblock(
        store,
        generation + 1,
        checkpoint,
        checkpoint,
        timeMillis,
        nowClean,
        nowReflink,
        hashSeed,
        tail,
        replayStart,
        imageSegment,
        imageSequence,
        previousSnapshot,
        entries,
        oldestSequence);
  }

  /** Returns the superblock of the next checkpoint; this one is durable. */
  public Superblock successor(
      boolean nowReflink,
      long now,
      LogPosition newTail,
      long newEntries,
      LogPosition newReplayStart,
      int newImageSegment,
      long newImageSequence,
      long newPreviousSnapshot,
      long newOldestSequence) {
    return new Superblock(
        store,
        generation + 1,
        checkpoint + 1,
        checkpoint,
        now,
        false,
        nowReflink,
        hashSeed,
        newTail,
        newReplayStart,
        newImageSegment,
        newImageSequence,
        newPreviousSnapshot,
        newEntries,
        newOldestSequence);
  }

  /** Returns the salt of the store's checks. */
  public int salt() {
    return Checksum.salt(store);
  }

  /** Returns the file offset of the block that this superblock goes to. */
  public long fileOffset() {
    return (generation & 1) * FileLayout.BLOCK_BYTES;
  }

  /** Returns the block's bytes. */
  public byte[] encode() {
    ByteBuffer copy = ByteBuffer.allocate(COPY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    copy.putLong(MAGIC).putInt(FileLayout.FORMAT_VERSION).putInt(0);
    copy.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
    copy.putLong(generation).putLong(checkpoint).putLong(completed).putLong(timeMillis);
    copy.putInt((clean ? FLAG_CLEAN : 0) | (reflink ? FLAG_REFLINK : 0));
    copy.putInt(FileLayout.SEGMENT_BITS).putLong(hashSeed);
    tail.encode(copy);
    replayStart.encode(copy);
    copy.putInt(imageSegment).putInt(0).putLong(imageSequence);
    copy.putLong(previousSnapshot).putLong(entries).putLong(oldestSequence);
    copy.putInt(CRC_OFFSET, crc(copy.array()));
    byte[] block = new byte[FileLayout.BLOCK_BYTES];
    System.arraycopy(copy.array(), 0, block, 0, COPY_BYTES);
    System.arraycopy(copy.array(), 0, block, SECOND_COPY, COPY_BYTES);
    return block;
  }

  /** The CRC covers magic, version and everything behind itself. */
  private static int crc(byte[] copy) {
    byte[] checked = copy.clone();
    Arrays.fill(checked, CRC_OFFSET, CHECKED_OFFSET, (byte) 0);
    return Checksum.of(checked, 0, COPY_BYTES);
  }

  /**
   * Says whether a file has a superblock, whole or not: its magic number, or a beginning of it if
   * the file ends there.
   *
   * @param bytes of the file, from its start
   * @param length how many of them the file has, at least 1
   */
  public static boolean isAnyIn(byte[] bytes, int length) {
    byte[] magic = MAGIC_TEXT.getBytes(StandardCharsets.US_ASCII);
    for (int from = 0; from < Math.min(length, FileLayout.SUPERBLOCKS_BYTES); from += SECOND_COPY) {
      int count = Math.min(magic.length, length - from);
      if (Arrays.equals(bytes, from, from + count, magic, 0, count)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Decodes a block.
   *
   * @param path for messages
   * @param block the bytes
   * @return null if nothing was ever written there
   * @throws NotAHashFileException if neither copy starts with the magic number
   * @throws UnsupportedFormatException if the version is not known
   * @throws CorruptFileException if neither copy passes its CRC
   */
  public static @Nullable Superblock decode(Path path, byte[] block) {
    if (Arrays.equals(block, new byte[block.length])) {
      return null;
    }
    Superblock first = decodeCopy(path, block, 0);
    Superblock second = decodeCopy(path, block, SECOND_COPY);
    if (first == null && second == null) {
      throw damaged(path, block);
    }
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return first.generation >= second.generation ? first : second;
  }

  /** Returns which of the two copies in a block, 0 or 1, is damaged, if only one is; else -1. */
  public static int damagedCopy(byte[] block) {
    boolean first = intactCopy(block, 0) != null;
    boolean second = intactCopy(block, SECOND_COPY) != null;
    return first == second ? -1 : first ? 1 : 0;
  }

  private static @Nullable ByteBuffer intactCopy(byte[] block, int from) {
    byte[] copy = Arrays.copyOfRange(block, from, from + COPY_BYTES);
    ByteBuffer in = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    return in.getLong(MAGIC_OFFSET) == MAGIC && in.getInt(CRC_OFFSET) == crc(copy) ? in : null;
  }

  private static @Nullable Superblock decodeCopy(Path path, byte[] block, int from) {
    ByteBuffer in = intactCopy(block, from);
    if (in == null) {
      return null;
    }
    int version = in.getInt(VERSION_OFFSET);
    in.position(CHECKED_OFFSET);
    if (version != FileLayout.FORMAT_VERSION) {
      throw new UnsupportedFormatException(
          path
              + ": format version "
              + version
              + ", but this release reads only version "
              + FileLayout.FORMAT_VERSION
              + "; use the release of PersistentMap that wrote the file, or a newer one");
    }
    UUID store = new UUID(in.getLong(), in.getLong());
    long generation = in.getLong();
    long checkpoint = in.getLong();
    long completed = in.getLong();
    long timeMillis = in.getLong();
    int flags = in.getInt();
    requireSegmentBits(path, in.getInt());
    long hashSeed = in.getLong();
    LogPosition tail = LogPosition.decode(in);
    LogPosition replayStart = LogPosition.decode(in);
    int imageSegment = in.getInt();
    in.getInt();
    Superblock decoded =
        new Superblock(
            store,
            generation,
            checkpoint,
            completed,
            timeMillis,
            (flags & FLAG_CLEAN) != 0,
            (flags & FLAG_REFLINK) != 0,
            hashSeed,
            tail,
            replayStart,
            imageSegment,
            in.getLong(),
            in.getLong(),
            in.getLong(),
            in.getLong());
    if (!decoded.canBe()) {
      throw new CorruptFileException(
          path
              + ": the crc32c of its superblock is right, but it can't be: "
              + decoded
              + Remedy.FOR_DAMAGE);
    }
    return decoded;
  }

  private boolean canBe() {
    return generation >= 0
        && checkpoint >= 0
        && entries >= 0
        && imageSegment >= NO_IMAGE
        && imageSegment < FileLayout.MAX_SEGMENTS
        && tail.canBe()
        && replayStart.canBe()
        && replayStart.lsn() <= tail.lsn();
  }

  private static void requireSegmentBits(Path path, int bits) {
    if (bits != FileLayout.SEGMENT_BITS) {
      throw new UnsupportedFormatException(
          path
              + ": segments of 2^"
              + bits
              + " bytes, but this release reads only 2^"
              + FileLayout.SEGMENT_BITS
              + "; use the release that wrote the file");
    }
  }

  private static RuntimeException damaged(Path path, byte[] block) {
    ByteBuffer in = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong(0) != MAGIC && in.getLong(SECOND_COPY) != MAGIC) {
      return new NotAHashFileException(
          path
              + ": is no hash file: it starts with 0x"
              + Long.toHexString(in.getLong(0))
              + ", expected 0x"
              + Long.toHexString(MAGIC)
              + "; choose another path, this file is left as it is");
    }
    byte[] copy = Arrays.copyOf(block, COPY_BYTES);
    return new CorruptFileException(
        path
            + ": superblock: crc32c expected "
            + Checksum.hex(in.getInt(CRC_OFFSET))
            + ", found "
            + Checksum.hex(crc(copy))
            + ", and its second copy is damaged too"
            + Remedy.FOR_DAMAGE);
  }
}
