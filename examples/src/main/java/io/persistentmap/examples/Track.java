package io.persistentmap.examples;

import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.SerializationException;
import io.persistentmap.serializer.Serializer;
import java.util.Arrays;

/** The places that somebody passed, in millionths of a degree. Most are close to the one before. */
final class Track {
  private final int[] latitudes;
  private final int[] longitudes;

  Track(int[] latitudes, int[] longitudes) {
    if (latitudes.length != longitudes.length) {
      throw new IllegalArgumentException("each place needs a latitude and a longitude");
    }
    this.latitudes = latitudes.clone();
    this.longitudes = longitudes.clone();
  }

  int size() {
    return latitudes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Track track
        && Arrays.equals(latitudes, track.latitudes)
        && Arrays.equals(longitudes, track.longitudes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(latitudes) + Arrays.hashCode(longitudes);
  }

  /**
   * Writes the number of places, and then how far each is from the one before: mostly one or two
   * bytes in place of four.
   *
   * <p>The first byte is a version. Whoever changes the encoding counts it up, and keeps reading
   * the old ones: the map cares for classes whose fields change, but not for this.
   */
  static final class OfTrack implements Serializer<Track> {
    private static final int VERSION = 1;

    @Override
    public void write(Track track, ByteWriter out) {
      out.writeByte(VERSION);
      out.writeVarInt(track.size());
      writeSteps(track.latitudes, out);
      writeSteps(track.longitudes, out);
    }

    private static void writeSteps(int[] places, ByteWriter out) {
      int before = 0;
      for (int place : places) {
        int step = place - before;
        out.writeVarInt((step << 1) ^ (step >> 31)); // small numbers for small steps back, too
        before = place;
      }
    }

    @Override
    public Track read(ByteReader in) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new SerializationException("a track of version " + version + ", not " + VERSION);
      }
      int size = in.readLength(); // refuses more than there are bytes, as damage could claim
      return new Track(readSteps(size, in), readSteps(size, in));
    }

    private static int[] readSteps(int size, ByteReader in) {
      int[] places = new int[size];
      int before = 0;
      for (int i = 0; i < size; i++) {
        int step = in.readVarInt();
        before += (step >>> 1) ^ -(step & 1);
        places[i] = before;
      }
      return places;
    }
  }
}
