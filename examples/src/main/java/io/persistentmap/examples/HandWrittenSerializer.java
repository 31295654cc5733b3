package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.IntStream;

/** How to give a class an encoding of your own, and what that saves. */
public final class HandWrittenSerializer {
  private static final int PLACES = 1000;

  private HandWrittenSerializer() {}

  /**
   * Stores the same track twice, by its fields and by {@link Track.OfTrack}.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    Track track =
        new Track(
            IntStream.range(0, PLACES).map(i -> 50_775_000 + 11 * i).toArray(),
            IntStream.range(0, PLACES).map(i -> 6_083_000 - 7 * i).toArray());
    PersistentMapBuilder<String, Track> plain = PersistentMap.builder(String.class, Track.class);
    PersistentMapBuilder<String, Track> compact =
        PersistentMap.builder(String.class, Track.class)
            .serializer(Track.class, new Track.OfTrack());
    int byFields = store(plain, Path.of("plain.map"), track);
    int bySerializer = store(compact, Path.of("compact.map"), track);
    System.out.printf("%d bytes by fields, %d by the serializer%n", byFields, bySerializer);

    // The file knows: without the serializer, the map says which line is missing.
    try (PersistentMap<String, Track> map = plain.open(Path.of("compact.map"))) {
      map.get("walk");
    } catch (RuntimeException e) {
      System.out.println(
          String.valueOf(e.getMessage()).replaceAll("(?s).*: objects of", "objects of"));
    }
  }

  /** Returns how many bytes the track takes. */
  private static int store(PersistentMapBuilder<String, Track> builder, Path file, Track track) {
    try (PersistentMap<String, Track> map = builder.open(file)) {
      map.put("walk", track);
      map.checkpoint();
    }
    try (PersistentMap<String, Track> map = builder.open(file)) {
      if (!Objects.equals(map.get("walk"), track)) {
        throw new IllegalStateException("not what was stored");
      }
      byte[] bytes = map.storedBytes("walk");
      return bytes == null ? 0 : bytes.length;
    }
  }
}
