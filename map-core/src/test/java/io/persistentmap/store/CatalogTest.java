package io.persistentmap.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.MapClosedException;
import io.persistentmap.format.LogPosition;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.SegmentMapping;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that nothing follows the last checkpoint of a store that is being closed. */
final class CatalogTest {
  @TempDir Path dir;

  @Test
  void append_whileClosing_refusedAndLogAsItWas() {
    try (DataFile file = FileSystem.ofPlatform().create(dir.resolve("log"))) {
      StoreHealth health = new StoreHealth(file.path());
      Log log = log(file, health);
      Catalog catalog = new Catalog(false);
      catalog.attach(log);
      log.awaitRoom();
      catalog.append(tombstone());
      LogPosition end = log.position();
      health.beginClose();
      assertThatThrownBy(() -> catalog.append(tombstone())).isInstanceOf(MapClosedException.class);
      assertThat(log.position()).isEqualTo(end);
      health.cancelClose();
      catalog.append(tombstone());
      assertThat(log.position()).isNotEqualTo(end);
    }
  }

  private static Log log(DataFile file, StoreHealth health) {
    return new Log(
        file,
        new UUID(1, 2),
        new SegmentTable(file.path()),
        new SegmentMapping(file),
        health,
        OffHeapMemory::allocate,
        () -> {},
        () -> {});
  }

  private static RecordBuffer tombstone() {
    RecordBuffer record = new RecordBuffer();
    record.begin();
    record.writer().writeInt(1);
    record.endKey();
    record.writer().writeLong(0);
    record.finish(RecordLayout.REMOVE, 1);
    return record;
  }
}
