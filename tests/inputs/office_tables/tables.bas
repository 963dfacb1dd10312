REM Types the tables of this folder as an office would, and has LibreOffice save them.

Sub TypeRow(sheet, row, cells)
  Dim i
  For i = 0 To UBound(cells)
    If cells(i) <> "" Then sheet.getCellByPosition(i, row).FormulaLocal = cells(i)
  Next i
End Sub

Function StyleOf(styles, code, locale)
  StyleOf = styles.queryKey(code, locale, False)
  If StyleOf = -1 Then StyleOf = styles.addNew(code, locale)
End Function

Sub SaveAs(book, name, filter, options)
  Dim how(1) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName" : how(0).Value = filter
  how(1).Name = "FilterOptions" : how(1).Value = options
  book.storeToURL(ConvertToURL(CurDir & "/" & name), how())
End Sub

Sub Make
  Dim unasked()
  indonesian = CreateUnoStruct("com.sun.star.lang.Locale")
  indonesian.Language = "id" : indonesian.Country = "ID"
  book = StarDesktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, unasked())
  styles = book.NumberFormats
  data = book.Sheets.getByIndex(0)
  data.Name = "Data 2025"
  data.getCellByPosition(0, 0).String = "DAFTAR KAMPUNG KB KABUPATEN CONTOH"
  data.getCellRangeByName("A1:H1").merge(True)
  data.getCellByPosition(0, 1).String = "Keadaan 31 Desember 2025"
  data.getCellRangeByName("A2:H2").merge(True)
  data.getCellRangeByName("H5:H12").NumberFormat = StyleOf(styles, "@", indonesian)
  TypeRow(data, 3, Array("Kode Desa", "Nama Desa/Kelurahan", "Kecamatan", "Klasifikasi", _
    "Tanggal Pencanangan", "Jarak ke Puskesmas (km)", "Jumlah KK", "Rasio"))
  TypeRow(data, 4, Array("99.01.01.2001", "Contoh Satu ", "Contoh Utara", "Dasar", "14/02/2022", "1,5", "1.250", "0,4"))
  TypeRow(data, 5, Array("99.01.01.2002", "Contoh Dua", "Contoh Utara", "DASAR", "3/8/2022", "12,25", "840", "0,55"))
  TypeRow(data, 6, Array("99.01.01.2003", "Contoh Tiga", "Contoh Utara  ", "Berkembang ", "17/08/2019", "0,75", "1.004", "1"))
  TypeRow(data, 8, Array("99.01.02.2001", "Contoh Empat", "Contoh Selatan", "dasar", "2022", "3", "=G5+10", "0,7"))
  TypeRow(data, 9, Array("99.01.02.2002", "Contoh Lima", "Contoh Selatan", "Mandiri", "1 Mei 2018", "4,125", "731", "0,25"))
  TypeRow(data, 10, Array("99.01.02.2003", "Contoh Enam", "Contoh Selatan", "Berkelanjutan", "20/1/2016", "8", "2.310", "0,6"))
  data.getCellRangeByName("G5:G12").NumberFormat = StyleOf(styles, "#.##0", indonesian)
  book.Sheets.insertNewByName("Keterangan", 1)
  notes = book.Sheets.getByIndex(1)
  TypeRow(notes, 0, Array("Kolom", "Arti"))
  TypeRow(notes, 1, Array("Klasifikasi", "Dasar, Berkembang, Mandiri, Berkelanjutan"))
  SaveAs(book, "desa.xlsx", "Calc MS Excel 2007 XML", "")
  book.CurrentController.setActiveSheet(data)
  SaveAs(book, "desa.csv", "Text - txt - csv (StarCalc)", "59,34,76,1,,1057,false,true,false,false,false,0")
  book.close(True)
End Sub
