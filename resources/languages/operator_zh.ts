<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>operator</name>
    <message>
        <source>&amp;D   Type not named</source>
        <translation>&amp;D   未命名类型</translation>
    </message>
    <message>
        <source>&amp;N   New type…</source>
        <translation>&amp;N   新类型…</translation>
    </message>
    <message>
        <source>1 part</source>
        <translation>1 个工件</translation>
    </message>
    <message>
        <source>2026-01-31 or 2026-01-31 14:00</source>
        <translation>2026-01-31 或 2026-01-31 14:00</translation>
    </message>
    <message>
        <source>A device did not answer while the line was stopped</source>
        <translation>停止产线时有设备无响应</translation>
    </message>
    <message>
        <source>A new type of defect</source>
        <translation>新的缺陷类型</translation>
    </message>
    <message>
        <source>A recipe is left aside: {s}</source>
        <translation>有配方被忽略：{s}</translation>
    </message>
    <message>
        <source>ALL RECIPES SINCE {t}</source>
        <translation>所有配方，自 {t}</translation>
    </message>
    <message>
        <source>Acknowledge (F8)</source>
        <translation>确认 (F8)</translation>
    </message>
    <message>
        <source>Acknowledge, and press Start on Live (F5)</source>
        <translation>请确认，然后在“实时”页按启动 (F5)</translation>
    </message>
    <message>
        <source>Acknowledging an alarm</source>
        <translation>确认报警</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>All pages (F12)</source>
        <translation>全部页面 (F12)</translation>
    </message>
    <message>
        <source>An administrator can add a user</source>
        <translation>管理员可添加用户</translation>
    </message>
    <message>
        <source>Answer it, and scan once more</source>
        <translation>请先回答，再扫一次</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Apply to the running line?</source>
        <translation>应用于运行中的产线？</translation>
    </message>
    <message>
        <source>As a page, a PDF, JSON and a table, into the data folder</source>
        <translation>以网页、PDF、JSON 和表格写入数据文件夹</translation>
    </message>
    <message>
        <source>At its end the line goes on with what was set up</source>
        <translation>完成后产线以新设置继续</translation>
    </message>
    <message>
        <source>At most {n} characters; what came after them is left out</source>
        <translation>最多 {n} 个字符，超出部分已舍去</translation>
    </message>
    <message>
        <source>BLIND</source>
        <translation>盲评</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批量</translation>
    </message>
    <message>
        <source>Before that: capture → trigger</source>
        <translation>此前：采集 → 触发</translation>
    </message>
    <message>
        <source>Begin the challenge</source>
        <translation>开始点检</translation>
    </message>
    <message>
        <source>By the record, this recipe or its model needs a challenge before parts are inspected</source>
        <translation>按记录，此配方或其模型须先点检才能检测</translation>
    </message>
    <message>
        <source>Call the engineer</source>
        <translation>请呼叫工程师</translation>
    </message>
    <message>
        <source>Capture a part by hand (space bar)</source>
        <translation>手动采集一个工件（空格键）</translation>
    </message>
    <message>
        <source>Capture the part that lies there (space bar)</source>
        <translation>采集当前放置的样件（空格键）</translation>
    </message>
    <message>
        <source>Change it</source>
        <translation>更换</translation>
    </message>
    <message>
        <source>Change the recipe of the running line?</source>
        <translation>更换运行中产线的配方？</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>已更换</translation>
    </message>
    <message>
        <source>Changing a recipe</source>
        <translation>更改配方</translation>
    </message>
    <message>
        <source>Changing settings</source>
        <translation>更改设置</translation>
    </message>
    <message>
        <source>Changing thresholds</source>
        <translation>更改阈值</translation>
    </message>
    <message>
        <source>Changing users</source>
        <translation>更改用户</translation>
    </message>
    <message>
        <source>Check its cable and power</source>
        <translation>请检查线缆和电源</translation>
    </message>
    <message>
        <source>Check its cable, power and network</source>
        <translation>请检查线缆、电源和网络</translation>
    </message>
    <message>
        <source>Check the disk and its connection</source>
        <translation>请检查磁盘及其连接</translation>
    </message>
    <message>
        <source>Check the path</source>
        <translation>请检查路径</translation>
    </message>
    <message>
        <source>Check the path, or connect the network share</source>
        <translation>请检查路径或连接网络共享</translation>
    </message>
    <message>
        <source>Checking the record and writing the report…</source>
        <translation>正在检查记录并生成报告…</translation>
    </message>
    <message>
        <source>Choose one above</source>
        <translation>请在上方选择</translation>
    </message>
    <message>
        <source>Choose one above, or make one in Settings</source>
        <translation>请在上方选择，或在设置中新建</translation>
    </message>
    <message>
        <source>Choosing a recipe</source>
        <translation>选择配方</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close other programs</source>
        <translation>请关闭其他程序</translation>
    </message>
    <message>
        <source>Close other programs, or use a smaller model</source>
        <translation>请关闭其他程序或使用更小的模型</translation>
    </message>
    <message>
        <source>Close while the line runs?</source>
        <translation>产线运行时关闭？</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>正在核对…</translation>
    </message>
    <message>
        <source>Connecting {t} ({t2})</source>
        <translation>正在连接 {t} ({t2})</translation>
    </message>
    <message>
        <source>Connecting {t} and loading the model ({t2})</source>
        <translation>正在连接 {t} 并加载模型 ({t2})</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Defective</source>
        <translation>不良品</translation>
    </message>
    <message>
        <source>Delete the last</source>
        <translation>删除最后一位</translation>
    </message>
    <message>
        <source>Dismiss the trial picture (Esc)</source>
        <translation>关闭试检图像 (Esc)</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>Dismiss this picture (Esc)</source>
        <translation>关闭此图像 (Esc)</translation>
    </message>
    <message>
        <source>Drawing the picture</source>
        <translation>正在绘制图像</translation>
    </message>
    <message>
        <source>Drop JPEG, PNG, BMP, TIFF or WebP files</source>
        <translation>请拖入 JPEG、PNG、BMP、TIFF 或 WebP 文件</translation>
    </message>
    <message>
        <source>END OF SOURCE</source>
        <translation>图像源结束</translation>
    </message>
    <message>
        <source>ERROR</source>
        <translation>未判定</translation>
    </message>
    <message>
        <source>ERROR at {t}</source>
        <translation>未判定，{t}</translation>
    </message>
    <message>
        <source>End</source>
        <translation>结束</translation>
    </message>
    <message>
        <source>End the lot</source>
        <translation>结束批次</translation>
    </message>
    <message>
        <source>End the lot: parts from now on have none, and its report is written</source>
        <translation>结束批次：此后的工件没有批次，并生成批次报告</translation>
    </message>
    <message>
        <source>End this lot</source>
        <translation>结束此批次</translation>
    </message>
    <message>
        <source>Engineer</source>
        <translation>工程师</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英语</translation>
    </message>
    <message>
        <source>Entering a lot</source>
        <translation>输入批次</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>未判定</translation>
    </message>
    <message>
        <source>Every part is in the log</source>
        <translation>所有工件都已写入记录</translation>
    </message>
    <message>
        <source>Every part is recorded: press Start (F5) for the next run</source>
        <translation>所有工件已记录：按启动 (F5) 开始下一轮</translation>
    </message>
    <message>
        <source>Everything judged so far is in the log</source>
        <translation>已判定的内容均在记录中</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>FAIL</source>
        <translation>不合格</translation>
    </message>
    <message>
        <source>FAIL at {t}</source>
        <translation>不合格，{t}</translation>
    </message>
    <message>
        <source>Fail</source>
        <translation>不合格</translation>
    </message>
    <message>
        <source>Figures (I)</source>
        <translation>数值 (I)</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Find a lot</source>
        <translation>查找批次</translation>
    </message>
    <message>
        <source>Find a part</source>
        <translation>查找工件</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适应</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>From then on an operator acts until somebody signs in</source>
        <translation>此后在有人登录前均为操作员</translation>
    </message>
    <message>
        <source>Giving a recipe another model</source>
        <translation>更换配方模型</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>良品</translation>
    </message>
    <message>
        <source>Grad-CAM</source>
        <translation>Grad-CAM</translation>
    </message>
    <message>
        <source>HELD · {s} · PART {n} · {t}</source>
        <translation>已保持 · {s} · 工件 {n} · {t}</translation>
    </message>
    <message>
        <source>Tell the engineer what it says, then acknowledge (F8): Statistics shows it in pictures</source>
        <translation>把内容告诉工程师，然后确认 (F8)：“统计”页有图片</translation>
    </message>
    <message>
        <source>Have the last parts looked at on Review, then acknowledge (F8)</source>
        <translation>请在“复检”页查看最近的工件，然后确认 (F8)</translation>
    </message>
    <message>
        <source>Heatmap: always</source>
        <translation>热图：始终</translation>
    </message>
    <message>
        <source>Heatmap: never</source>
        <translation>热图：从不</translation>
    </message>
    <message>
        <source>Heatmap: on failures</source>
        <translation>热图：不合格时</translation>
    </message>
    <message>
        <source>Heatmap: on failures and reviews, always, or never (H)</source>
        <translation>热图：不合格和复检时、始终或从不 (H)</translation>
    </message>
    <message>
        <source>Heatmap: {s}</source>
        <translation>热图：{s}</translation>
    </message>
    <message>
        <source>Held · part {n} · {t}</source>
        <translation>已保持 · 工件 {n} · {t}</translation>
    </message>
    <message>
        <source>Hold the belt and call the engineer: results cannot be stored</source>
        <translation>停止皮带并呼叫工程师：结果无法保存</translation>
    </message>
    <message>
        <source>How unlike good parts it looks</source>
        <translation>与良品相比的异样程度</translation>
    </message>
    <message>
        <source>If it comes back, call the engineer</source>
        <translation>若再次出现，请呼叫工程师</translation>
    </message>
    <message>
        <source>If it stays so, an engineer must look at light, model and thresholds, or replace the part</source>
        <translation>若仍如此，工程师须检查光照、模型和阈值，或更换样件</translation>
    </message>
    <message>
        <source>If it stays so, defects pass: an engineer must look at light, model and thresholds</source>
        <translation>若仍如此，会漏检缺陷：工程师须检查光照、模型和阈值</translation>
    </message>
    <message>
        <source>If it stays so, the part may be damaged: an engineer may replace it, or must look at the model</source>
        <translation>若仍如此，样件可能已损坏：工程师可更换，或检查模型</translation>
    </message>
    <message>
        <source>Inspect a picture on the spot; it is not counted (Ctrl+O)</source>
        <translation>立即检测一幅图像，不计数 (Ctrl+O)</translation>
    </message>
    <message>
        <source>Inspect them again</source>
        <translation>请重新检测</translation>
    </message>
    <message>
        <source>Inspected</source>
        <translation>已检</translation>
    </message>
    <message>
        <source>Install one, on Debian and Ubuntu the package fonts-noto-cjk</source>
        <translation>请安装，Debian 和 Ubuntu 为软件包 fonts-noto-cjk</translation>
    </message>
    <message>
        <source>It cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>It counts from the next time on</source>
        <translation>下次登录起生效</translation>
    </message>
    <message>
        <source>It gets a new version; the versions before it are kept</source>
        <translation>将生成新版本；旧版本保留</translation>
    </message>
    <message>
        <source>It has come to its end</source>
        <translation>已到末尾</translation>
    </message>
    <message>
        <source>It is being opened</source>
        <translation>正在打开</translation>
    </message>
    <message>
        <source>It is not rolled back by itself</source>
        <translation>没有自动回退</translation>
    </message>
    <message>
        <source>It is offered by number from now on, and is a class of its own for training</source>
        <translation>以后将以编号提供，并作为训练的独立类别</translation>
    </message>
    <message>
        <source>It is opened again by itself</source>
        <translation>将自动重新打开</translation>
    </message>
    <message>
        <source>It is tried again</source>
        <translation>将重试</translation>
    </message>
    <message>
        <source>It is watched for new pictures</source>
        <translation>正在监视新图像</translation>
    </message>
    <message>
        <source>Its picture is on Review</source>
        <translation>其图像在“复检”页</translation>
    </message>
    <message>
        <source>Its pictures arrive</source>
        <translation>图像正常到达</translation>
    </message>
    <message>
        <source>Judge the part first</source>
        <translation>请先评判该工件</translation>
    </message>
    <message>
        <source>Judge the pictures of the parts instead</source>
        <translation>改为判定样件的图像</translation>
    </message>
    <message>
        <source>Judging parts</source>
        <translation>评判工件</translation>
    </message>
    <message>
        <source>Keep the PIN: without it, the owner of this computer's account has to set another one</source>
        <translation>请保管好 PIN：否则须由电脑账户所有者重设</translation>
    </message>
    <message>
        <source>Keeping the picture</source>
        <translation>保存图像</translation>
    </message>
    <message>
        <source>Kept picture of the part</source>
        <translation>工件的存档图像</translation>
    </message>
    <message>
        <source>Keys came as fast as a scanner's, without Enter or Tab after them: they were not used</source>
        <translation>按键速度像扫码器，但末尾没有回车或 Tab：未使用</translation>
    </message>
    <message>
        <source>LAST FAILURES AND REVIEWS</source>
        <translation>最近的不合格与复检</translation>
    </message>
    <message>
        <source>LAST PART</source>
        <translation>上一工件</translation>
    </message>
    <message>
        <source>LINE FAULT</source>
        <translation>产线故障</translation>
    </message>
    <message>
        <source>LOT WITHOUT NUMBER</source>
        <translation>无批次号</translation>
    </message>
    <message>
        <source>LOT {t}</source>
        <translation>批次 {t}</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Last failure</source>
        <translation>最近不合格</translation>
    </message>
    <message>
        <source>Last failure · part {n} · {t}</source>
        <translation>最近不合格 · 工件 {n} · {t}</translation>
    </message>
    <message>
        <source>Learn that the part is defective; once more takes it back</source>
        <translation>学习为不良品；再按一次撤销</translation>
    </message>
    <message>
        <source>Learn that the part is good; once more takes it back</source>
        <translation>学习为良品；再按一次撤销</translation>
    </message>
    <message>
        <source>Learning the empty belt: let it run without parts</source>
        <translation>正在学习空皮带：请让皮带空转</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Leave the challenge; the station stays as it was</source>
        <translation>退出点检；工位状态不变</translation>
    </message>
    <message>
        <source>Leave the kiosk</source>
        <translation>退出 Kiosk 模式</translation>
    </message>
    <message>
        <source>Leaving the kiosk</source>
        <translation>退出 Kiosk 模式</translation>
    </message>
    <message>
        <source>Lens or lamp changed…</source>
        <translation>镜头或光源已更换…</translation>
    </message>
    <message>
        <source>Let the belt run empty; take out what passes till then</source>
        <translation>让皮带空转；期间经过的工件请取出</translation>
    </message>
    <message>
        <source>Let the scanner end each code with Enter</source>
        <translation>请让扫码器在每个条码后发送回车</translation>
    </message>
    <message>
        <source>Let this recipe run without a challenge; an engineer may</source>
        <translation>允许此配方不经点检运行；需工程师权限</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Live (F12)</source>
        <translation>实时 (F12)</translation>
    </message>
    <message>
        <source>Loading the model: parts are not inspected yet</source>
        <translation>正在加载模型：尚未开始检测</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Look at it in Review</source>
        <translation>在“复检”页查看</translation>
    </message>
    <message>
        <source>Look at the camera's cable and the lamp, and restart a camera whose picture stands still</source>
        <translation>检查相机线缆和光源；画面静止时请重启相机</translation>
    </message>
    <message>
        <source>Look at the last parts, then acknowledge (F8)</source>
        <translation>查看最近的工件，然后确认 (F8)</translation>
    </message>
    <message>
        <source>Look at the part, then acknowledge it</source>
        <translation>请查看工件，然后确认</translation>
    </message>
    <message>
        <source>Look whether the folder or stream that sends the pictures can be reached</source>
        <translation>检查发送图像的文件夹或视频流能否访问</translation>
    </message>
    <message>
        <source>Look whether this part was shown, and lay as it should</source>
        <translation>请检查出示的是否为该样件、放置是否正确</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Lot</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Lot number</source>
        <translation>批次号</translation>
    </message>
    <message>
        <source>Lot {t}</source>
        <translation>批次 {t}</translation>
    </message>
    <message>
        <source>Lot {t} has ended: 1 part</source>
        <translation>批次 {t} 已结束：1 件</translation>
    </message>
    <message>
        <source>Lot {t} has ended: 1 part, first-pass yield {n2} % ({n3} to {n4} %)</source>
        <translation>批次 {t} 已结束：1 件，一次合格率 {n2}%（{n3} 至 {n4}%）</translation>
    </message>
    <message>
        <source>Lot {t} has ended: {n} parts</source>
        <translation>批次 {t} 已结束：{n} 件</translation>
    </message>
    <message>
        <source>Lot {t} has ended: {n} parts, first-pass yield {n2} % ({n3} to {n4} %)</source>
        <translation>批次 {t} 已结束：{n} 件，一次合格率 {n2}%（{n3} 至 {n4}%）</translation>
    </message>
    <message>
        <source>Lot {t} is in force</source>
        <translation>当前批次 {t}</translation>
    </message>
    <message>
        <source>Lots</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Lots, that with the newest part first</source>
        <translation>批次，最新工件所在的在前</translation>
    </message>
    <message>
        <source>MODEL</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Mend the cause, acknowledge (F8), then press Start (F5)</source>
        <translation>排除原因，确认 (F8)，然后按启动 (F5)</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model {t} ({t2})</source>
        <translation>模型 {t} ({t2})</translation>
    </message>
    <message>
        <source>Mute (F9)</source>
        <translation>静音 (F9)</translation>
    </message>
    <message>
        <source>Muted till {t} (F9)</source>
        <translation>静音至 {t} (F9)</translation>
    </message>
    <message>
        <source>NO CAMERA</source>
        <translation>无相机</translation>
    </message>
    <message>
        <source>NO PART</source>
        <translation>无工件</translation>
    </message>
    <message>
        <source>NO PART YET IN THIS RUN</source>
        <translation>本次运行尚无工件</translation>
    </message>
    <message>
        <source>NO SOURCE</source>
        <translation>无图像源</translation>
    </message>
    <message>
        <source>NOT RECORDED</source>
        <translation>未记录</translation>
    </message>
    <message>
        <source>NOT RELEASED</source>
        <translation>未放行</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Name of the type</source>
        <translation>类型名称</translation>
    </message>
    <message>
        <source>Name, as it stands in records</source>
        <translation>姓名（记录中使用）</translation>
    </message>
    <message>
        <source>Network and heatmap</source>
        <translation>模型推理与热图</translation>
    </message>
    <message>
        <source>No code can be scanned: {s}</source>
        <translation>无法扫码：{s}</translation>
    </message>
    <message>
        <source>No log</source>
        <translation>无记录</translation>
    </message>
    <message>
        <source>No log is open: nothing can be recorded</source>
        <translation>没有打开的记录：无法记录结果</translation>
    </message>
    <message>
        <source>No lot</source>
        <translation>无批次</translation>
    </message>
    <message>
        <source>No lot is called like that</source>
        <translation>没有此名称的批次</translation>
    </message>
    <message>
        <source>No lot is in force</source>
        <translation>当前没有批次</translation>
    </message>
    <message>
        <source>No model was loaded</source>
        <translation>未加载模型</translation>
    </message>
    <message>
        <source>No part for a minute, or none yet</source>
        <translation>一分钟内没有工件，或尚无工件</translation>
    </message>
    <message>
        <source>No part has a lot yet</source>
        <translation>尚无工件有批次</translation>
    </message>
    <message>
        <source>No part has come for the code “{t}”: “{t2}” takes its place</source>
        <translation>条码“{t}”没有对应工件：由“{t2}”取代</translation>
    </message>
    <message>
        <source>No part has failed in this shift</source>
        <translation>本班次没有不合格工件</translation>
    </message>
    <message>
        <source>No part in the last hour</source>
        <translation>最近一小时没有工件</translation>
    </message>
    <message>
        <source>No part is captured by hand till then</source>
        <translation>在此之前不能手动采集</translation>
    </message>
    <message>
        <source>No part of the record fits</source>
        <translation>记录中没有符合的工件</translation>
    </message>
    <message>
        <source>No part yet</source>
        <translation>尚无工件</translation>
    </message>
    <message>
        <source>No picture for {n} s: parts are not seen</source>
        <translation>{n} s 没有图像：看不到工件</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>相机没有图像</translation>
    </message>
    <message>
        <source>No picture from the source</source>
        <translation>图像源没有图像</translation>
    </message>
    <message>
        <source>No picture was kept</source>
        <translation>未保存图像</translation>
    </message>
    <message>
        <source>No picture was kept of this part</source>
        <translation>该工件未保存图像</translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation>尚无图像</translation>
    </message>
    <message>
        <source>No report of this lot is shown yet</source>
        <translation>尚未显示该批次的报告</translation>
    </message>
    <message>
        <source>No recipe has the code “{t}”</source>
        <translation>没有配方使用条码“{t}”</translation>
    </message>
    <message>
        <source>No sound for {n} minutes; what is new is heard all the same (F9)</source>
        <translation>静音 {n} 分钟；新报警仍会发声 (F9)</translation>
    </message>
    <message>
        <source>No trigger of the line is taken till then</source>
        <translation>在此之前不接受产线触发</translation>
    </message>
    <message>
        <source>No whole picture for {n} s: parts are not seen</source>
        <translation>{n} s 没有完整图像：看不到工件</translation>
    </message>
    <message>
        <source>Nobody can look it up; an administrator can set another one</source>
        <translation>任何人都无法查看；管理员可重新设置</translation>
    </message>
    <message>
        <source>Nobody is signed in</source>
        <translation>无人登录</translation>
    </message>
    <message>
        <source>Nobody may do this</source>
        <translation>无人有此权限</translation>
    </message>
    <message>
        <source>None so far in this shift</source>
        <translation>本班次尚无</translation>
    </message>
    <message>
        <source>Not read yet</source>
        <translation>尚未读取</translation>
    </message>
    <message>
        <source>Not taken: {t}</source>
        <translation>未采用：{t}</translation>
    </message>
    <message>
        <source>Nothing is counted</source>
        <translation>不计数</translation>
    </message>
    <message>
        <source>Nothing is inspected meanwhile</source>
        <translation>期间不检测</translation>
    </message>
    <message>
        <source>Nothing is inspected: press Start (F5)</source>
        <translation>未在检测：请按启动 (F5)</translation>
    </message>
    <message>
        <source>Nothing is released then until it is passed</source>
        <translation>之后须通过点检才放行</translation>
    </message>
    <message>
        <source>Nothing is released then, whatever the recipe, until the challenge is passed in front of the camera</source>
        <translation>之后无论何种配方，须在相机前通过点检才放行</translation>
    </message>
    <message>
        <source>Nothing of it is lost</source>
        <translation>不会丢失任何内容</translation>
    </message>
    <message>
        <source>Nothing was changed</source>
        <translation>未作更改</translation>
    </message>
    <message>
        <source>Opacity of the heatmap</source>
        <translation>热图不透明度</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>Open the PDF</source>
        <translation>打开 PDF</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Operating
point</source>
        <translation>工作点</translation>
    </message>
    <message>
        <source>Operating point</source>
        <translation>工作点</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>Operator
view</source>
        <translation>操作员
视图</translation>
    </message>
    <message>
        <source>Operator view</source>
        <translation>操作员视图</translation>
    </message>
    <message>
        <source>Operator view (F12)</source>
        <translation>操作员视图 (F12)</translation>
    </message>
    <message>
        <source>Other programs take most of the processor: end them</source>
        <translation>其他程序占用了处理器：请关闭它们</translation>
    </message>
    <message>
        <source>P(defective)</source>
        <translation>P(缺陷)</translation>
    </message>
    <message>
        <source>P(defective) {n} · fails from {n2}</source>
        <translation>P(缺陷) {n} · 不合格从 {n2} 起</translation>
    </message>
    <message>
        <source>P(defective) {n} · fails from {n2} · strangeness {n3}</source>
        <translation>P(缺陷) {n} · 不合格从 {n2} 起 · 异样度 {n3}</translation>
    </message>
    <message>
        <source>P(defective) {n} · fails from {n2} · strangeness {n3}, review from {n4}</source>
        <translation>P(缺陷) {n} · 不合格从 {n2} 起 · 异样度 {n3}，复检从 {n4} 起</translation>
    </message>
    <message>
        <source>P(defective) {n} · review from {n2} · fails from {n3}</source>
        <translation>P(缺陷) {n} · 复检从 {n2} 起 · 不合格从 {n3} 起</translation>
    </message>
    <message>
        <source>P(defective) {n} · review from {n2} · fails from {n3} · strangeness {n4}</source>
        <translation>P(缺陷) {n} · 复检从 {n2} 起 · 不合格从 {n3} 起 · 异样度 {n4}</translation>
    </message>
    <message>
        <source>P(defective) {n} · review from {n2} · fails from {n3} · strangeness {n4}, review from {n5}</source>
        <translation>P(缺陷) {n} · 复检从 {n2} 起 · 不合格从 {n3} 起 · 异样度 {n4}，复检从 {n5} 起</translation>
    </message>
    <message>
        <source>PASS</source>
        <translation>合格</translation>
    </message>
    <message>
        <source>PIN or password</source>
        <translation>PIN 或密码</translation>
    </message>
    <message>
        <source>PIN or password, {n} characters or more</source>
        <translation>PIN 或密码，至少 {n} 个字符</translation>
    </message>
    <message>
        <source>Part {n} has no picture</source>
        <translation>工件 {n} 没有图像</translation>
    </message>
    <message>
        <source>Parts between {t} and {t2} may have been judged wrongly: inspect them again</source>
        <translation>{t} 至 {t2} 之间的工件可能判定有误：请重新检测</translation>
    </message>
    <message>
        <source>Parts from now on have no lot; its report is written and shown</source>
        <translation>此后的工件没有批次；生成并显示报告</translation>
    </message>
    <message>
        <source>Parts of the last {n} minutes, or since the start</source>
        <translation>最近 {n} 分钟或启动以来的工件</translation>
    </message>
    <message>
        <source>Parts that come are still judged and recorded</source>
        <translation>后续工件仍会判定并记录</translation>
    </message>
    <message>
        <source>Parts that pass meanwhile are not inspected</source>
        <translation>期间经过的工件不检测</translation>
    </message>
    <message>
        <source>Parts that waited are judged and recorded</source>
        <translation>等待的工件已判定并记录</translation>
    </message>
    <message>
        <source>Parts, the newest first</source>
        <translation>工件，最新在前</translation>
    </message>
    <message>
        <source>Pass</source>
        <translation>合格</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Picture quality</source>
        <translation>图像质量</translation>
    </message>
    <message>
        <source>Pictures ({t})</source>
        <translation>图像 ({t})</translation>
    </message>
    <message>
        <source>Pictures come faster than they are looked at: take smaller ones, or fewer a second</source>
        <translation>图像来得比处理快：请减小图像或降低帧率</translation>
    </message>
    <message>
        <source>Planning a study</source>
        <translation>规划研究</translation>
    </message>
    <message>
        <source>Preparing the picture</source>
        <translation>图像预处理</translation>
    </message>
    <message>
        <source>Preparing the picture takes most of it ({n} s a part): choose a smaller region or smaller pictures</source>
        <translation>图像预处理耗时最多（每件 {n} s）：请选更小的区域或图像</translation>
    </message>
    <message>
        <source>Press Start (F5)</source>
        <translation>请按启动 (F5)</translation>
    </message>
    <message>
        <source>Press Start (F5) again; if this comes back, call the engineer</source>
        <translation>再按启动 (F5)；若再次出现，请呼叫工程师</translation>
    </message>
    <message>
        <source>Press Start to start the line</source>
        <translation>按“启动”启动产线</translation>
    </message>
    <message>
        <source>Press Trigger (space) when a part is there</source>
        <translation>工件到位后按触发（空格）</translation>
    </message>
    <message>
        <source>Press to sign in</source>
        <translation>按下登录</translation>
    </message>
    <message>
        <source>Put a part in front of the camera</source>
        <translation>请将工件放到相机前</translation>
    </message>
    <message>
        <source>Put a part in front of the camera and press Trigger (space)</source>
        <translation>将工件放到相机前，然后按触发（空格）</translation>
    </message>
    <message>
        <source>READY</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>RESULT LOG</source>
        <translation>结果记录</translation>
    </message>
    <message>
        <source>REVIEW</source>
        <translation>复检</translation>
    </message>
    <message>
        <source>REVIEW at {t}</source>
        <translation>复检，{t}</translation>
    </message>
    <message>
        <source>Ready for the next part</source>
        <translation>等待下一个工件</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>配方</translation>
    </message>
    <message>
        <source>Recipe: which product is inspected</source>
        <translation>配方：检测哪种产品</translation>
    </message>
    <message>
        <source>Released</source>
        <translation>已放行</translation>
    </message>
    <message>
        <source>Released until {t}, {d}</source>
        <translation>放行至 {d} {t}</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Replace the recipe “{t}”?</source>
        <translation>替换配方“{t}”？</translation>
    </message>
    <message>
        <source>Replay the pictures</source>
        <translation>回放图像</translation>
    </message>
    <message>
        <source>Replayed: part {n} of {n2}: {t}, a defective part</source>
        <translation>回放：第 {n}/{n2} 件：{t}，不良品</translation>
    </message>
    <message>
        <source>Replayed: part {n} of {n2}: {t}, a good part</source>
        <translation>回放：第 {n}/{n2} 件：{t}，良品</translation>
    </message>
    <message>
        <source>Report of the lot</source>
        <translation>批次报告</translation>
    </message>
    <message>
        <source>Restart the camera; if it repeats pictures while nothing moves, raise “Stands still after” (Settings)</source>
        <translation>请重启相机；若静止时相机重复发送图像，请在设置中调大“Stands still after”</translation>
    </message>
    <message>
        <source>Restart the station</source>
        <translation>请重启工位</translation>
    </message>
    <message>
        <source>Restoring a backup</source>
        <translation>恢复备份</translation>
    </message>
    <message>
        <source>Result log</source>
        <translation>结果记录</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>复检</translation>
    </message>
    <message>
        <source>Review lists them under To learn, where they can be removed</source>
        <translation>“复检”页在“待学习”下列出，可在那里移除</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Run without a challenge?</source>
        <translation>不经点检运行？</translation>
    </message>
    <message>
        <source>SOURCE</source>
        <translation>图像源</translation>
    </message>
    <message>
        <source>STARTING</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>STOPPED</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Say that you have seen it; the audit trail holds who did, and when (F8)</source>
        <translation>表示您已看到；审计追踪记录确认人和时间 (F8)</translation>
    </message>
    <message>
        <source>Scanner connected</source>
        <translation>扫码器已连接</translation>
    </message>
    <message>
        <source>Scanner lost</source>
        <translation>扫码器丢失</translation>
    </message>
    <message>
        <source>Scanner {t}</source>
        <translation>扫码器 {t}</translation>
    </message>
    <message>
        <source>Scanner {t} · {t2} · not used</source>
        <translation>扫码器 {t} · {t2} · 未使用</translation>
    </message>
    <message>
        <source>Scanner {t} · {t2} · {s}</source>
        <translation>扫码器 {t} · {t2} · {s}</translation>
    </message>
    <message>
        <source>Scanner {t} · {t2} · recipe {t3}</source>
        <translation>扫码器 {t} · {t2} · 配方 {t3}</translation>
    </message>
    <message>
        <source>Scanner: no code yet</source>
        <translation>扫码器：尚无条码</translation>
    </message>
    <message>
        <source>Score, thresholds and reason, as the engineer reads them (I)</source>
        <translation>供工程师查看的得分、阈值和原因 (I)</translation>
    </message>
    <message>
        <source>See to the log</source>
        <translation>请检查记录</translation>
    </message>
    <message>
        <source>Serial number</source>
        <translation>序列号</translation>
    </message>
    <message>
        <source>Serial number {t}</source>
        <translation>序列号 {t}</translation>
    </message>
    <message>
        <source>Set it</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Set model and thresholds…</source>
        <translation>设置模型和阈值…</translation>
    </message>
    <message>
        <source>Set the source…</source>
        <translation>设置图像源…</translation>
    </message>
    <message>
        <source>Set the station's log…</source>
        <translation>设置工位记录…</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Set up while the line runs?</source>
        <translation>产线运行时进行设置？</translation>
    </message>
    <message>
        <source>Set your PIN or password…</source>
        <translation>设置 PIN 或密码…</translation>
    </message>
    <message>
        <source>Setting the own password</source>
        <translation>设置自己的密码</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Show all recipes</source>
        <translation>所有配方</translation>
    </message>
    <message>
        <source>Show good parts while the line runs?</source>
        <translation>产线运行时出示良品？</translation>
    </message>
    <message>
        <source>Show it again</source>
        <translation>请再次出示</translation>
    </message>
    <message>
        <source>Show lot</source>
        <translation>显示批次</translation>
    </message>
    <message>
        <source>Show part {n} of {n2}: {t}, a defective part</source>
        <translation>出示第 {n}/{n2} 件：{t}，不良品</translation>
    </message>
    <message>
        <source>Show part {n} of {n2}: {t}, a good part</source>
        <translation>出示第 {n}/{n2} 件：{t}，良品</translation>
    </message>
    <message>
        <source>Show recipe</source>
        <translation>显示配方</translation>
    </message>
    <message>
        <source>Show the challenge parts on Live (F12): nothing is inspected or counted till then</source>
        <translation>请在“实时”(F12) 出示点检样件：此前不检测也不计数</translation>
    </message>
    <message>
        <source>Show the parts to the camera, one after the other</source>
        <translation>将样件依次出示给相机</translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation>查看报告</translation>
    </message>
    <message>
        <source>Show the whole picture (double click); the wheel zooms, dragging pans</source>
        <translation>显示整幅图像（双击）；滚轮缩放，拖动平移</translation>
    </message>
    <message>
        <source>Showing challenge parts</source>
        <translation>出示点检样件</translation>
    </message>
    <message>
        <source>Shows: {s}</source>
        <translation>显示：{s}</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Sign in as somebody else…</source>
        <translation>以其他人身份登录…</translation>
    </message>
    <message>
        <source>Sign in, then do it again</source>
        <translation>请登录后再操作</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>注销</translation>
    </message>
    <message>
        <source>Skipped pictures were not looked at, as a newer one was there; waiting are parts</source>
        <translation>跳过的图像因已有更新图像而未处理；等待的是工件</translation>
    </message>
    <message>
        <source>Slow the belt, and take out what has passed</source>
        <translation>降低皮带速度，并取出已通过的工件</translation>
    </message>
    <message>
        <source>Slow the line</source>
        <translation>请降低产线速度</translation>
    </message>
    <message>
        <source>Slow the line or use a faster device</source>
        <translation>请降低产线速度或使用更快的设备</translation>
    </message>
    <message>
        <source>Something unexpected went wrong</source>
        <translation>发生意外错误</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>图像源</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Start it first</source>
        <translation>请先启动</translation>
    </message>
    <message>
        <source>Start it, and scan once more</source>
        <translation>请启动后再扫一次</translation>
    </message>
    <message>
        <source>Start or stop the line (F5)</source>
        <translation>启动或停止产线 (F5)</translation>
    </message>
    <message>
        <source>Start the line (F5); then it says whether parts must be shown</source>
        <translation>启动产线 (F5)，随后提示是否需出示样件</translation>
    </message>
    <message>
        <source>Start the line again; if that does not help, restart the station</source>
        <translation>请重新启动产线；若无效，请重启工位</translation>
    </message>
    <message>
        <source>Start the line again; if this comes back, send the details below</source>
        <translation>请重新启动产线；若再次出现，请发送下方详情</translation>
    </message>
    <message>
        <source>Start the line, or drop a picture here to try it</source>
        <translation>启动产线，或将图像拖到此处试检</translation>
    </message>
    <message>
        <source>Started again by itself at {t}</source>
        <translation>自动重启于 {t}</translation>
    </message>
    <message>
        <source>Starting, stopping and triggering the line</source>
        <translation>启动、停止和触发产线</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop and close</source>
        <translation>停止并关闭</translation>
    </message>
    <message>
        <source>Stop and show</source>
        <translation>停止并出示</translation>
    </message>
    <message>
        <source>Stop and start the line</source>
        <translation>请停止并重新启动产线</translation>
    </message>
    <message>
        <source>Stop it first</source>
        <translation>请先停止</translation>
    </message>
    <message>
        <source>Stop the line, and train anew</source>
        <translation>请停止产线并重新训练</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Switch users on</source>
        <translation>启用用户</translation>
    </message>
    <message>
        <source>THIS LOT</source>
        <translation>本批次</translation>
    </message>
    <message>
        <source>THIS RECIPE SINCE {t}</source>
        <translation>本配方，自 {t}</translation>
    </message>
    <message>
        <source>THIS SHIFT</source>
        <translation>本班次</translation>
    </message>
    <message>
        <source>TOO SLOW</source>
        <translation>处理过慢</translation>
    </message>
    <message>
        <source>TRIAL, {n} MORE TO COME: {t}</source>
        <translation>试检，还有 {n} 幅：{t}</translation>
    </message>
    <message>
        <source>TRIAL: {t}</source>
        <translation>试检：{t}</translation>
    </message>
    <message>
        <source>Take the held part out, look at its place, then acknowledge (F8)</source>
        <translation>取出保持的工件，查看缺陷位置，然后确认 (F8)</translation>
    </message>
    <message>
        <source>Take this part (space)</source>
        <translation>采集此样件（空格）</translation>
    </message>
    <message>
        <source>That part was {s}</source>
        <translation>该工件{s}</translation>
    </message>
    <message>
        <source>The challenge was passed</source>
        <translation>点检已通过</translation>
    </message>
    <message>
        <source>The code “{t}” is that of {t2}, which is in use already</source>
        <translation>条码“{t}”对应的 {t2} 已在使用</translation>
    </message>
    <message>
        <source>The code “{t}” was not used: {s}</source>
        <translation>条码“{t}”未使用：{s}</translation>
    </message>
    <message>
        <source>lot {t} begins</source>
        <translation>批次 {t} 开始</translation>
    </message>
    <message>
        <source>the lot ends</source>
        <translation>批次结束</translation>
    </message>
    <message>
        <source>the controller wants the recipe “{t}”, in force is “{t2}”</source>
        <translation>控制器要求配方“{t}”，现用“{t2}”</translation>
    </message>
    <message>
        <source>the controller wants the recipe “{t}”: {s}</source>
        <translation>控制器要求配方“{t}”：{s}</translation>
    </message>
    <message>
        <source>no recipe has this name or code</source>
        <translation>没有此名称或条码的配方</translation>
    </message>
    <message>
        <source>The line's controller has named it: {t} is in use</source>
        <translation>产线控制器已指定：现在使用 {t}</translation>
    </message>
    <message>
        <source>The line's controller has named it: {t} is in use instead of {t2}</source>
        <translation>产线控制器已指定：现在使用 {t}，代替 {t2}</translation>
    </message>
    <message>
        <source>The code “{t}” was scanned: {t2} is in use</source>
        <translation>已扫条码“{t}”：现使用 {t2}</translation>
    </message>
    <message>
        <source>The code “{t}” was scanned: {t2} is in use instead of {t3}</source>
        <translation>已扫条码“{t}”：由 {t3} 换为 {t2}</translation>
    </message>
    <message>
        <source>The last one: {s}</source>
        <translation>上一次：{s}</translation>
    </message>
    <message>
        <source>The line does not start: the log is not open</source>
        <translation>产线未启动：记录未打开</translation>
    </message>
    <message>
        <source>The line has been stopped, so that no part passes uninspected</source>
        <translation>产线已停止，以免工件漏检</translation>
    </message>
    <message>
        <source>The line has stopped with a fault</source>
        <translation>产线因故障停止</translation>
    </message>
    <message>
        <source>The line runs</source>
        <translation>产线正在运行</translation>
    </message>
    <message>
        <source>The line runs on meanwhile</source>
        <translation>产线继续运行</translation>
    </message>
    <message>
        <source>The line stops and starts again with them</source>
        <translation>产线将停止并重新启动</translation>
    </message>
    <message>
        <source>The line stops and starts again with {t}</source>
        <translation>产线将停止并以 {t} 重新启动</translation>
    </message>
    <message>
        <source>The line stops with it: parts that pass afterwards are not inspected</source>
        <translation>产线随之停止：此后的工件不检测</translation>
    </message>
    <message>
        <source>The line stops, as its pictures are needed for this</source>
        <translation>产线将停止，因为需要使用其图像</translation>
    </message>
    <message>
        <source>The lot {t} has ended, and its report could not be written: {s}</source>
        <translation>批次 {t} 已结束，但无法生成报告：{s}</translation>
    </message>
    <message>
        <source>The model takes most of it ({n} s a part): use a faster device or precision</source>
        <translation>模型耗时最多（每件 {n} s）：请使用更快的设备或精度</translation>
    </message>
    <message>
        <source>The newest {n} parts; type more to see others</source>
        <translation>最新的 {n} 个工件；输入更多条件可查看其他</translation>
    </message>
    <message>
        <source>The part is defective: take it out</source>
        <translation>工件不合格：请取出</translation>
    </message>
    <message>
        <source>The part is good: nothing to do</source>
        <translation>工件合格：无需操作</translation>
    </message>
    <message>
        <source>The part was not judged: take it out and inspect it again, it is not good</source>
        <translation>工件未判定：请取出并重新检测，不视为合格</translation>
    </message>
    <message>
        <source>The recipe {t} lets too many defects pass</source>
        <translation>配方 {t} 放过的缺陷太多</translation>
    </message>
    <message>
        <source>The recipe {t} was rolled back by itself from {t2} to {t3}</source>
        <translation>配方 {t} 已自动从 {t2} 回退到 {t3}</translation>
    </message>
    <message>
        <source>The same once more</source>
        <translation>再输入一次</translation>
    </message>
    <message>
        <source>The source has ended</source>
        <translation>图像源已结束</translation>
    </message>
    <message>
        <source>The station is unsure: set the part aside, it has not passed</source>
        <translation>工位无法确定：请将工件放到一边，它未通过</translation>
    </message>
    <message>
        <source>The two are not the same</source>
        <translation>两次输入不一致</translation>
    </message>
    <message>
        <source>There is a recipe of this name</source>
        <translation>已有同名配方</translation>
    </message>
    <message>
        <source>There is no Chinese font on this computer</source>
        <translation>此电脑没有中文字体</translation>
    </message>
    <message>
        <source>There is no picture in {t}</source>
        <translation>{t} 中没有图像</translation>
    </message>
    <message>
        <source>There is no recipe that can be used</source>
        <translation>没有可用的配方</translation>
    </message>
    <message>
        <source>There is no recipe to inspect with</source>
        <translation>没有可用于检测的配方</translation>
    </message>
    <message>
        <source>There is no recipe whose model could learn</source>
        <translation>没有可供学习的配方模型</translation>
    </message>
    <message>
        <source>They are also in {t}</source>
        <translation>详情也保存在 {t}</translation>
    </message>
    <message>
        <source>They are not seen yet</source>
        <translation>尚看不到工件</translation>
    </message>
    <message>
        <source>This recipe in this shift, all recipes of the shift, or the lot</source>
        <translation>本班次的本配方、本班次所有配方或本批次</translation>
    </message>
    <message>
        <source>This recipe needs a challenge</source>
        <translation>此配方需要点检</translation>
    </message>
    <message>
        <source>Threshold {n}</source>
        <translation>阈值 {n}</translation>
    </message>
    <message>
        <source>Threshold {n}, review from {n2}</source>
        <translation>阈值 {n}，复检从 {n2} 起</translation>
    </message>
    <message>
        <source>Time of the stages</source>
        <translation>各阶段耗时</translation>
    </message>
    <message>
        <source>Too few pictures arrive: check the camera's rate, its cable and the network</source>
        <translation>图像太少：检查相机帧率、线缆和网络</translation>
    </message>
    <message>
        <source>Train with these</source>
        <translation>用这些训练</translation>
    </message>
    <message>
        <source>Train with these ({n})</source>
        <translation>用这些训练 ({n})</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Trigger (space)</source>
        <translation>触发（空格）</translation>
    </message>
    <message>
        <source>Trigger → committed verdict; press to see where the time goes</source>
        <translation>触发 → 已记录的判定；按下查看耗时分布</translation>
    </message>
    <message>
        <source>Trigger → verdict</source>
        <translation>触发 → 判定</translation>
    </message>
    <message>
        <source>Try a picture…</source>
        <translation>试检图像…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try again in {n} minutes</source>
        <translation>请在 {n} 分钟后重试</translation>
    </message>
    <message>
        <source>Try again in {n} s</source>
        <translation>请在 {n} 秒后重试</translation>
    </message>
    <message>
        <source>Try again once it is</source>
        <translation>打开后再试</translation>
    </message>
    <message>
        <source>Try pictures (not counted)</source>
        <translation>试检图像（不计数）</translation>
    </message>
    <message>
        <source>Type a lot number at the top</source>
        <translation>请在上方输入批次号</translation>
    </message>
    <message>
        <source>Type a lot number at the top of the window</source>
        <translation>请在窗口上方输入批次号</translation>
    </message>
    <message>
        <source>1 more message</source>
        <translation>另有 1 条消息</translation>
    </message>
    <message>
        <source>{n} more messages</source>
        <translation>另有 {n} 条消息</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>Show all messages, or the gravest ones</source>
        <translation>显示全部消息，或只显示最严重的</translation>
    </message>
    <message>
        <source>Tool or nest</source>
        <translation>模具或型腔</translation>
    </message>
    <message>
        <source>Tool or nest {t}</source>
        <translation>模具或型腔 {t}</translation>
    </message>
    <message>
        <source>Type a serial number, a lot, a tool or nest, or a time</source>
        <translation>请输入序列号、批次、模具或型腔，或时间</translation>
    </message>
    <message>
        <source>Type the next one and press Enter; Esc takes it back</source>
        <translation>输入下一批次并按回车；Esc 撤销</translation>
    </message>
    <message>
        <source>Unexpected error</source>
        <translation>意外错误</translation>
    </message>
    <message>
        <source>Unite what {t} has to learn with its model's own pictures</source>
        <translation>将 {t} 待学习的内容与其模型自身图像合并</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>到</translation>
    </message>
    <message>
        <source>Use another log…</source>
        <translation>使用其他记录…</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>判定结果</translation>
    </message>
    <message>
        <source>Verdict on the trial picture</source>
        <translation>试检图像的判定</translation>
    </message>
    <message>
        <source>Verdict; press for the operator view</source>
        <translation>判定结果；按下进入操作员视图</translation>
    </message>
    <message>
        <source>Verdicts take up to {n} s</source>
        <translation>判定最长需要 {n} s</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Views of the last part</source>
        <translation>上一工件的各视图</translation>
    </message>
    <message>
        <source>WHERE THE TIME GOES, LAST {n} PARTS</source>
        <translation>耗时分布，最近 {n} 件</translation>
    </message>
    <message>
        <source>Wait for the verdicts</source>
        <translation>请等待判定</translation>
    </message>
    <message>
        <source>Waiting for a picture</source>
        <translation>等待图像</translation>
    </message>
    <message>
        <source>Waiting for its turn</source>
        <translation>排队等待</translation>
    </message>
    <message>
        <source>Waiting for the first picture: parts are not seen yet</source>
        <translation>等待第一幅图像：尚看不到工件</translation>
    </message>
    <message>
        <source>Waiting for the next part</source>
        <translation>等待下一个工件</translation>
    </message>
    <message>
        <source>Waiting for the processor takes most of it ({n} s a part): end other programs, or use a faster computer</source>
        <translation>等待处理器耗时最多（每件 {n} s）：请关闭其他程序或使用更快的电脑</translation>
    </message>
    <message>
        <source>Were lens or lamp changed?</source>
        <translation>镜头或光源是否更换？</translation>
    </message>
    <message>
        <source>What the heatmap shows: where the defect is, what the classifier looked at (Grad-CAM), or what is unlike good parts; a model without a memory of good has Grad-CAM only (M)</source>
        <translation>热图显示内容：缺陷位置、分类器关注处 (Grad-CAM) 或与良品不同之处；没有良品记忆的模型只有 Grad-CAM (M)</translation>
    </message>
    <message>
        <source>What was changed</source>
        <translation>更换了什么</translation>
    </message>
    <message>
        <source>What was done at this station waits to be written into the audit trail, as the log takes nothing</source>
        <translation>本工位的操作等待写入审计追踪，因为记录无法写入</translation>
    </message>
    <message>
        <source>What was inspected is recorded</source>
        <translation>已检测的内容均已记录</translation>
    </message>
    <message>
        <source>Who you are</source>
        <translation>您是谁</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Withdrawing it holds for the recipe as it is now, and stands in the audit trail with your name</source>
        <translation>撤销仅对当前配方有效，并以您的姓名记入审计追踪</translation>
    </message>
    <message>
        <source>Withdraw…</source>
        <translation>撤销…</translation>
    </message>
    <message>
        <source>Write its report</source>
        <translation>生成报告</translation>
    </message>
    <message>
        <source>Writing the log</source>
        <translation>写入记录</translation>
    </message>
    <message>
        <source>Writing the report…</source>
        <translation>正在生成报告…</translation>
    </message>
    <message>
        <source>Writing to the disk takes most of it ({n} s a part): keep fewer pictures, or use a faster disk</source>
        <translation>写盘耗时最多（每件 {n} s）：请少保存图像或使用更快的磁盘</translation>
    </message>
    <message>
        <source>Written to {t}</source>
        <translation>已写入 {t}</translation>
    </message>
    <message>
        <source>YIELD %, LAST HOUR</source>
        <translation>合格率 %，最近一小时</translation>
    </message>
    <message>
        <source>Yield</source>
        <translation>合格率</translation>
    </message>
    <message>
        <source>Yield over the last hour</source>
        <translation>最近一小时合格率</translation>
    </message>
    <message>
        <source>You become the first administrator, and are signed in</source>
        <translation>您将成为首个管理员并登录</translation>
    </message>
    <message>
        <source>a challenge is under way, {n} of {n2} parts done</source>
        <translation>正在点检，已完成 {n}/{n2} 件</translation>
    </message>
    <message>
        <source>a challenge part was judged wrongly since</source>
        <translation>此后有样件判定错误</translation>
    </message>
    <message>
        <source>a part has waited {n} s for its verdict, {n2} s are allowed</source>
        <translation>工件等待判定已 {n} s，允许 {n2} s</translation>
    </message>
    <message>
        <source>a shift has begun since the challenge was passed</source>
        <translation>通过点检后已换班</translation>
    </message>
    <message>
        <source>administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>an administrator can set another password</source>
        <translation>管理员可重设密码</translation>
    </message>
    <message>
        <source>an engineer defines them in Settings</source>
        <translation>由工程师在设置中定义</translation>
    </message>
    <message>
        <source>an engineer may give it one in Settings, or withdraw it here</source>
        <translation>工程师可在设置中添加，或在此撤销</translation>
    </message>
    <message>
        <source>an engineer may require it again in Settings, or withdraw it here</source>
        <translation>工程师可在设置中恢复要求，或在此撤销</translation>
    </message>
    <message>
        <source>another program is using it</source>
        <translation>正被其他程序占用</translation>
    </message>
    <message>
        <source>another recipe or model has run since the challenge was passed</source>
        <translation>通过点检后运行过其他配方或模型</translation>
    </message>
    <message>
        <source>as the computer</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>bad image: 16 bits a channel, but no value above {n}: probably {n2} bits</source>
        <translation>图像不可用：每通道 16 位，但最大值不超过 {n}：可能是 {n2} 位</translation>
    </message>
    <message>
        <source>bad image: black (mean grey {n} &lt; {n2})</source>
        <translation>图像不可用：全黑（平均灰度 {n} &lt; {n2}）</translation>
    </message>
    <message>
        <source>bad image: out of focus (sharpness {n} &lt; {n2})</source>
        <translation>图像不可用：失焦（清晰度 {n} &lt; {n2}）</translation>
    </message>
    <message>
        <source>bad image: saturated ({n} % of the pixels at full scale &gt; {n2} %)</source>
        <translation>图像不可用：过曝（饱和像素 {n}% &gt; {n2}%）</translation>
    </message>
    <message>
        <source>check its cable and power</source>
        <translation>请检查其线缆和电源</translation>
    </message>
    <message>
        <source>check the device that it runs on</source>
        <translation>请检查运行设备</translation>
    </message>
    <message>
        <source>check the focus</source>
        <translation>请检查对焦</translation>
    </message>
    <message>
        <source>check the lamp and the lens cap</source>
        <translation>请检查光源和镜头盖</translation>
    </message>
    <message>
        <source>clean lens and lamp</source>
        <translation>清洁镜头和光源</translation>
    </message>
    <message>
        <source>clearly defective</source>
        <translation>明显不合格</translation>
    </message>
    <message>
        <source>clearly good</source>
        <translation>明显合格</translation>
    </message>
    <message>
        <source>defect</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>defective</source>
        <translation>不合格</translation>
    </message>
    <message>
        <source>defective, but close to the limit</source>
        <translation>不合格，但接近界限</translation>
    </message>
    <message>
        <source>engineer</source>
        <translation>工程师</translation>
    </message>
    <message>
        <source>fails from {n}</source>
        <translation>不合格从 {n} 起</translation>
    </message>
    <message>
        <source>good</source>
        <translation>合格</translation>
    </message>
    <message>
        <source>good, but close to the limit</source>
        <translation>合格，但接近界限</translation>
    </message>
    <message>
        <source>held: part {n} · {t}</source>
        <translation>已保持：工件 {n} · {t}</translation>
    </message>
    <message>
        <source>it broke: {t}</source>
        <translation>发生故障：{t}</translation>
    </message>
    <message>
        <source>it goes on by itself</source>
        <translation>恢复后自动继续</translation>
    </message>
    <message>
        <source>it is not there</source>
        <translation>不存在</translation>
    </message>
    <message>
        <source>it is tried again by itself</source>
        <translation>系统会自动重试</translation>
    </message>
    <message>
        <source>it knows no outline of the parts: half a part, or a crop, can pass where it looks like a good part</source>
        <translation>它不知道工件轮廓：半个工件或局部若像良品可能通过</translation>
    </message>
    <message>
        <source>it was left before its end</source>
        <translation>中途退出</translation>
    </message>
    <message>
        <source>it was rolled back to {t} by itself already</source>
        <translation>此前已自动回退到 {t}</translation>
    </message>
    <message>
        <source>it would have been {s}</source>
        <translation>否则为{s}</translation>
    </message>
    <message>
        <source>its camera was not told of the part</source>
        <translation>其相机未收到该工件的通知</translation>
    </message>
    <message>
        <source>its disk can only be read</source>
        <translation>磁盘为只读</translation>
    </message>
    <message>
        <source>its model needs a challenge with the recipe {t}, and the recipe {t2} has none</source>
        <translation>该模型在配方 {t} 中需要点检，而配方 {t2} 没有</translation>
    </message>
    <message>
        <source>last code “{t}” at {t2}</source>
        <translation>最近条码“{t}”，{t2}</translation>
    </message>
    <message>
        <source>last code “{t}” at {t2}, not used</source>
        <translation>最近条码“{t}”，{t2}，未使用</translation>
    </message>
    <message>
        <source>last code “{t}” at {t2}, recipe {t3}</source>
        <translation>最近条码“{t}”，{t2}，配方 {t3}</translation>
    </message>
    <message>
        <source>last: part {n} · {t}</source>
        <translation>上一个：工件 {n} · {t}</translation>
    </message>
    <message>
        <source>lens or lamp were changed</source>
        <translation>镜头或光源已更换</translation>
    </message>
    <message>
        <source>let the camera fill the 16 bits, or set the bit depth of the recipe's source to {n}</source>
        <translation>让相机用满 16 位，或将配方图像源的位深设为 {n}</translation>
    </message>
    <message>
        <source>live · not judged yet</source>
        <translation>实时 · 尚未判定</translation>
    </message>
    <message>
        <source>live · {t}</source>
        <translation>实时 · {t}</translation>
    </message>
    <message>
        <source>log</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>lot {t}</source>
        <translation>批次 {t}</translation>
    </message>
    <message>
        <source>lower the exposure</source>
        <translation>请降低曝光</translation>
    </message>
    <message>
        <source>marked beside the part</source>
        <translation>标记在工件之外</translation>
    </message>
    <message>
        <source>missed trigger: {s}</source>
        <translation>漏触发：{s}</translation>
    </message>
    <message>
        <source>name or password is wrong</source>
        <translation>姓名或密码错误</translation>
    </message>
    <message>
        <source>no challenge can be begun: {s}</source>
        <translation>无法开始点检：{s}</translation>
    </message>
    <message>
        <source>no code has come yet</source>
        <translation>尚无条码</translation>
    </message>
    <message>
        <source>no code was read</source>
        <translation>未读到条码</translation>
    </message>
    <message>
        <source>no code was read within {n} ms</source>
        <translation>{n} ms 内未读到条码</translation>
    </message>
    <message>
        <source>no further capture can be asked for: {s}</source>
        <translation>无法再采集：{s}</translation>
    </message>
    <message>
        <source>no further capture is taken: {s}</source>
        <translation>不再采集：{s}</translation>
    </message>
    <message>
        <source>no guard: what the model has never seen can pass</source>
        <translation>没有异样保护：模型从未见过的缺陷可能漏检</translation>
    </message>
    <message>
        <source>no lot</source>
        <translation>无批次</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>无模型</translation>
    </message>
    <message>
        <source>no part is being waited for: {s}</source>
        <translation>没有等待中的工件：{s}</translation>
    </message>
    <message>
        <source>no part stands alone in the picture, and the model has learnt the square around one: what it says of the whole picture lets nothing pass</source>
        <translation>图中没有单独的工件，而模型学的是单个工件周围的方框：它对整幅图的判断不放行任何工件</translation>
    </message>
    <message>
        <source>no part yet</source>
        <translation>尚无工件</translation>
    </message>
    <message>
        <source>no picture</source>
        <translation>无图像</translation>
    </message>
    <message>
        <source>no reason is known</source>
        <translation>原因不明</translation>
    </message>
    <message>
        <source>no recipe</source>
        <translation>无配方</translation>
    </message>
    <message>
        <source>no source</source>
        <translation>无图像源</translation>
    </message>
    <message>
        <source>no source · stopped</source>
        <translation>无图像源 · 已停止</translation>
    </message>
    <message>
        <source>no verdict in time</source>
        <translation>未及时判定</translation>
    </message>
    <message>
        <source>no. {n}</source>
        <translation>第 {n} 件</translation>
    </message>
    <message>
        <source>nobody is signed in</source>
        <translation>无人登录</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>not in force yet:
press Enter</source>
        <translation>尚未生效：
请按回车</translation>
    </message>
    <message>
        <source>not judged</source>
        <translation>未判定</translation>
    </message>
    <message>
        <source>not live: the last picture</source>
        <translation>非实时：最后一幅图像</translation>
    </message>
    <message>
        <source>not live: the picture of {t}</source>
        <translation>非实时：{t} 的图像</translation>
    </message>
    <message>
        <source>not released: {s}</source>
        <translation>未放行：{s}</translation>
    </message>
    <message>
        <source>not used: the line stopped before its part came</source>
        <translation>未使用：产线在工件到达前停止</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>one is under way</source>
        <translation>已在进行中</translation>
    </message>
    <message>
        <source>operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>out of memory: a part waits to be recorded</source>
        <translation>内存不足：有工件等待记录</translation>
    </message>
    <message>
        <source>out of memory: a picture was not looked at, parts can have passed</source>
        <translation>内存不足：有一幅图像未检测，可能有工件漏检</translation>
    </message>
    <message>
        <source>outside</source>
        <translation>区域外</translation>
    </message>
    <message>
        <source>part {n} ({t}) is held: {s} at {d} {t2}</source>
        <translation>工件 {n} ({t}) 已保持：{s}，{d} {t2}</translation>
    </message>
    <message>
        <source>part {n} ({t}) is held: {s} at {t2}</source>
        <translation>工件 {n} ({t}) 已保持：{s}，{t2}</translation>
    </message>
    <message>
        <source>part {n} is held: {s} at {d} {t}</source>
        <translation>工件 {n} 已保持：{s}，{d} {t}</translation>
    </message>
    <message>
        <source>part {n} is held: {s} at {t}</source>
        <translation>工件 {n} 已保持：{s}，{t}</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}, could not be judged: {s}</source>
        <translation>第 {n}/{n2} 件 {t} 无法判定：{s}</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}, is known to be defective and was judged {s}</source>
        <translation>第 {n}/{n2} 件 {t} 已知为不良品，却被判为{s}</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}, is known to be good and was judged {s}</source>
        <translation>第 {n}/{n2} 件 {t} 已知为良品，却被判为{s}</translation>
    </message>
    <message>
        <source>part {n} of {n2}, {t}: {s}, right</source>
        <translation>第 {n}/{n2} 件，{t}：{s}，正确</translation>
    </message>
    <message>
        <source>part {n} · {t}</source>
        <translation>工件 {n} · {t}</translation>
    </message>
    <message>
        <source>parts come faster than they can be judged</source>
        <translation>工件来得比判定快</translation>
    </message>
    <message>
        <source>parts with several views must be shown to the cameras</source>
        <translation>多视图样件必须出示给相机</translation>
    </message>
    <message>
        <source>picture of {t}</source>
        <translation>{t} 的图像</translation>
    </message>
    <message>
        <source>press to change it</source>
        <translation>按下更改</translation>
    </message>
    <message>
        <source>recipe, model or shifts are not those with which the challenge was passed</source>
        <translation>配方、模型或班次与通过点检时不同</translation>
    </message>
    <message>
        <source>replay the pictures</source>
        <translation>请回放图像</translation>
    </message>
    <message>
        <source>review from {n} · fails from {n2}</source>
        <translation>复检从 {n} 起 · 不合格从 {n2} 起</translation>
    </message>
    <message>
        <source>review where the heat lies outside the part</source>
        <translation>热区在工件外时复检</translation>
    </message>
    <message>
        <source>show part {n} of {n2}, {t}</source>
        <translation>请出示第 {n}/{n2} 件，{t}</translation>
    </message>
    <message>
        <source>something is being asked</source>
        <translation>有对话框等待回答</translation>
    </message>
    <message>
        <source>stop and start the line if it stays so</source>
        <translation>若无改善，请停止并重新启动产线</translation>
    </message>
    <message>
        <source>strangeness {n}</source>
        <translation>异样度 {n}</translation>
    </message>
    <message>
        <source>the archive's disk</source>
        <translation>存档磁盘</translation>
    </message>
    <message>
        <source>the blind audit shows that {t} lets at least {n} % of the defective parts pass (95 % confidence, 1 passed part audited), above the limit of {n2} %</source>
        <translation>盲审表明 {t} 至少放过 {n} % 的缺陷件（置信度 95 %，已审核 1 个合格件），超过限值 {n2} %</translation>
    </message>
    <message>
        <source>the blind audit shows that {t} lets at least {n} % of the defective parts pass (95 % confidence, {n2} passed parts audited), above the limit of {n3} %</source>
        <translation>盲审表明 {t} 至少放过 {n} % 的缺陷件（置信度 95 %，已审核 {n2} 个合格件），超过限值 {n3} %</translation>
    </message>
    <message>
        <source>the challenge has not been passed yet</source>
        <translation>尚未通过点检</translation>
    </message>
    <message>
        <source>the challenge was passed more than {n} h ago</source>
        <translation>点检通过已超过 {n} 小时</translation>
    </message>
    <message>
        <source>the code cannot be used: {s}</source>
        <translation>条码不可用：{s}</translation>
    </message>
    <message>
        <source>the computer was switched on since the challenge was passed: how long ago that was is not certain</source>
        <translation>通过点检后电脑重新开机：无法确定已过多久</translation>
    </message>
    <message>
        <source>the computer's clock was set back since the challenge was passed</source>
        <translation>通过点检后电脑时钟被调回</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>the disk of the log {t} is gone</source>
        <translation>记录 {t} 所在的磁盘已断开</translation>
    </message>
    <message>
        <source>the disk, or the connection to it, failed</source>
        <translation>磁盘或其连接失败</translation>
    </message>
    <message>
        <source>the heat lies outside the part: P(defective) {n} ≥ {n2}</source>
        <translation>热区在工件之外：P(缺陷) {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>the inspection</source>
        <translation>检测</translation>
    </message>
    <message>
        <source>the line does not run</source>
        <translation>产线未运行</translation>
    </message>
    <message>
        <source>the line has a fault</source>
        <translation>产线有故障</translation>
    </message>
    <message>
        <source>the line is starting</source>
        <translation>产线正在启动</translation>
    </message>
    <message>
        <source>the line is stopping</source>
        <translation>产线正在停止</translation>
    </message>
    <message>
        <source>the line or its scanner says “{t}”, the code on the part says “{t2}”</source>
        <translation>产线或扫码器给出“{t}”，工件条码为“{t2}”</translation>
    </message>
    <message>
        <source>the line runs already</source>
        <translation>产线已在运行</translation>
    </message>
    <message>
        <source>the line starts again with it</source>
        <translation>产线以此重新启动</translation>
    </message>
    <message>
        <source>the line stopped before a picture came</source>
        <translation>产线在图像到达前停止</translation>
    </message>
    <message>
        <source>the line wants the recipe “{t}”, in force is “{t2}”</source>
        <translation>产线要求配方“{t}”，当前为“{t2}”</translation>
    </message>
    <message>
        <source>the line was stopped: {s}</source>
        <translation>产线已停止：{s}</translation>
    </message>
    <message>
        <source>the log {t} cannot be opened: {s}</source>
        <translation>无法打开记录 {t}：{s}</translation>
    </message>
    <message>
        <source>the log {t} cannot be written: {s}</source>
        <translation>无法写入记录 {t}：{s}</translation>
    </message>
    <message>
        <source>the log {t} is damaged</source>
        <translation>记录 {t} 已损坏</translation>
    </message>
    <message>
        <source>the log's disk</source>
        <translation>记录磁盘</translation>
    </message>
    <message>
        <source>the model before cannot be used</source>
        <translation>之前的模型无法使用</translation>
    </message>
    <message>
        <source>the model before was called {t}, too, and another one of that name is here now</source>
        <translation>之前的模型也叫 {t}，而现在这里的同名模型是另一个</translation>
    </message>
    <message>
        <source>the model does not say how strange the part looks, and the recipe lets none pass without: it has no memory of good</source>
        <translation>模型没有给出工件的异样度，而配方要求必须有：模型没有良品记忆</translation>
    </message>
    <message>
        <source>the model is not loaded yet, or the record cannot be read</source>
        <translation>模型尚未加载，或记录无法读取</translation>
    </message>
    <message>
        <source>the model {t} is another one than it was, by its SHA-256</source>
        <translation>按 SHA-256，模型 {t} 已不是当时的那一个</translation>
    </message>
    <message>
        <source>the network does not reach it</source>
        <translation>网络无法到达</translation>
    </message>
    <message>
        <source>the network hangs again and again</source>
        <translation>网络模型反复卡住</translation>
    </message>
    <message>
        <source>the part is not recorded: {s}</source>
        <translation>样件未记录：{s}</translation>
    </message>
    <message>
        <source>the parts must be shown to the camera</source>
        <translation>样件必须出示给相机</translation>
    </message>
    <message>
        <source>the picture of {t} has stood still for {n} s: it may be an old one</source>
        <translation>{t} 的画面已静止 {n} s：可能是旧图像</translation>
    </message>
    <message>
        <source>the picture was not kept: {s}</source>
        <translation>图像未保存：{s}</translation>
    </message>
    <message>
        <source>the recipe {t} asks for no challenge any more, and by the record it must</source>
        <translation>配方 {t} 不再要求点检，但按记录必须点检</translation>
    </message>
    <message>
        <source>the recipe {t} has no challenge parts</source>
        <translation>配方 {t} 没有点检样件</translation>
    </message>
    <message>
        <source>the recipe {t} takes no external trigger: its trigger is {t2}</source>
        <translation>配方 {t} 不接受外部触发：其触发方式为 {t2}</translation>
    </message>
    <message>
        <source>the recipe's source is no camera</source>
        <translation>配方的图像源不是相机</translation>
    </message>
    <message>
        <source>the record is being asked</source>
        <translation>正在查询记录</translation>
    </message>
    <message>
        <source>the source has ended</source>
        <translation>图像源已结束</translation>
    </message>
    <message>
        <source>the source is being opened</source>
        <translation>正在打开图像源</translation>
    </message>
    <message>
        <source>the source is lost</source>
        <translation>图像源丢失</translation>
    </message>
    <message>
        <source>the source is not open</source>
        <translation>图像源未打开</translation>
    </message>
    <message>
        <source>the trigger</source>
        <translation>触发</translation>
    </message>
    <message>
        <source>the view {t}: {s}</source>
        <translation>视图 {t}：{s}</translation>
    </message>
    <message>
        <source>then begin again</source>
        <translation>然后重新开始</translation>
    </message>
    <message>
        <source>there is no folder {t}</source>
        <translation>没有文件夹 {t}</translation>
    </message>
    <message>
        <source>there is no picture of {t}</source>
        <translation>没有 {t} 的图像</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>没有此文件</translation>
    </message>
    <message>
        <source>there is not enough memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>there is nothing to trigger: the line does not run</source>
        <translation>无法触发：产线未运行</translation>
    </message>
    <message>
        <source>there was no answer in time</source>
        <translation>未及时响应</translation>
    </message>
    <message>
        <source>this is part {t}</source>
        <translation>这是样件 {t}</translation>
    </message>
    <message>
        <source>this model has no memory of good: what it has never seen can pass</source>
        <translation>此模型没有良品记忆：从未见过的缺陷可能漏检</translation>
    </message>
    <message>
        <source>this model measures single places, not the whole picture: a wrong product can pass</source>
        <translation>此模型只测局部而非整幅图像：错误的产品可能通过</translation>
    </message>
    <message>
        <source>this user may not</source>
        <translation>当前用户没有权限</translation>
    </message>
    <message>
        <source>too late: {n} s from trigger to verdict, {n2} s are allowed</source>
        <translation>超时：触发到判定 {n} s，允许 {n2} s</translation>
    </message>
    <message>
        <source>train it again</source>
        <translation>请重新训练</translation>
    </message>
    <message>
        <source>trial, not counted</source>
        <translation>试检，不计数</translation>
    </message>
    <message>
        <source>trigger → verdict p50 {t} ms, p99 {t2} ms</source>
        <translation>触发 → 判定 p50 {t} ms，p99 {t2} ms</translation>
    </message>
    <message>
        <source>unexpected {t} in the {t2} thread: {t3}</source>
        <translation>线程 {t2} 中意外的 {t}：{t3}</translation>
    </message>
    <message>
        <source>unlike</source>
        <translation>异样</translation>
    </message>
    <message>
        <source>unlike good</source>
        <translation>与良品不同</translation>
    </message>
    <message>
        <source>unlike good parts from {n}</source>
        <translation>异样度从 {n} 起</translation>
    </message>
    <message>
        <source>unlike good parts here, probably {t}: strangeness {n} ≥ {n2}</source>
        <translation>与良品不同，可能是 {t}：异样度 {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>unlike good parts here, the picture as a whole: strangeness {n} ≥ {n2}</source>
        <translation>整幅图像与良品不同：异样度 {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>unlike good parts here: strangeness {n} ≥ {n2}</source>
        <translation>此处与良品不同：异样度 {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>unlike good parts: review from strangeness {n}</source>
        <translation>与良品不同：异样度从 {n} 起复检</translation>
    </message>
    <message>
        <source>unlike good parts: review from strangeness {n}, which {n2} % of good parts reach</source>
        <translation>与良品不同：异样度从 {n} 起复检，{n2}% 的良品会达到</translation>
    </message>
    <message>
        <source>unlike the good parts</source>
        <translation>与良品不同</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>unsure: P(defective) {n} between {n2} and {n3}</source>
        <translation>不确定：P(缺陷) {n} 介于 {n2} 与 {n3} 之间</translation>
    </message>
    <message>
        <source>unsure: between good and defective</source>
        <translation>不确定：介于合格与不合格之间</translation>
    </message>
    <message>
        <source>what is typed is not in force yet</source>
        <translation>输入内容尚未生效</translation>
    </message>
    <message>
        <source>what waited for an acknowledgement when the program ended cannot be read: look at the last parts on Review</source>
        <translation>无法读取程序结束时待确认的内容：请在“复检”页查看最近的工件</translation>
    </message>
    <message>
        <source>whole, as it was scanned; or the trigger's id</source>
        <translation>完整的扫码内容，或触发编号</translation>
    </message>
    <message>
        <source>with the program's end this is forgotten: {s}</source>
        <translation>程序结束后将丢失：{s}</translation>
    </message>
    <message>
        <source>yield {n} %, below {n2} %: {n3} of the last {n4} part passed, at {t}</source>
        <translation>合格率 {n}%，低于 {n2}%：最近 {n4} 件中 {n3} 件合格，{t}</translation>
    </message>
    <message>
        <source>yield {n} %, below {n2} %: {n3} of the last {n4} parts passed, at {d} {t}</source>
        <translation>合格率 {n}%，低于 {n2}%：最近 {n4} 件中 {n3} 件合格，{d} {t}</translation>
    </message>
    <message>
        <source>yield {n} %, below {n2} %: {n3} of the last {n4} parts passed, at {t}</source>
        <translation>合格率 {n}%，低于 {n2}%：最近 {n4} 件中 {n3} 件合格，{t}</translation>
    </message>
    <message>
        <source>{d}</source>
        <translation>{d}</translation>
    </message>
    <message>
        <source>{d} {t}</source>
        <translation>{d} {t}</translation>
    </message>
    <message>
        <source>{d} {t}, no. {n}</source>
        <translation>{d} {t}，第 {n} 件</translation>
    </message>
    <message>
        <source>{n}</source>
        <translation>{n}</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n}%</translation>
    </message>
    <message>
        <source>{n} % in the last minute with parts</source>
        <translation>最近有工件的一分钟为 {n}%</translation>
    </message>
    <message>
        <source>{n} PARTS/MIN</source>
        <translation>{n} 件/分</translation>
    </message>
    <message>
        <source>{n} different codes were read: {t}</source>
        <translation>读到 {n} 个不同的条码：{t}</translation>
    </message>
    <message>
        <source>{n} further part did not pass since</source>
        <translation>此后又有 {n} 件未通过</translation>
    </message>
    <message>
        <source>{n} further parts did not pass since</source>
        <translation>此后又有 {n} 件未通过</translation>
    </message>
    <message>
        <source>{n} ms, p99 {n2} ms</source>
        <translation>{n} ms，p99 {n2} ms</translation>
    </message>
    <message>
        <source>{n} of the last {n2} pictures were skipped</source>
        <translation>最近 {n2} 幅图像中跳过了 {n} 幅</translation>
    </message>
    <message>
        <source>{n} of {n2} parts done</source>
        <translation>已完成 {n}/{n2} 件</translation>
    </message>
    <message>
        <source>{n} part in a row did not pass, since {d} {t}</source>
        <translation>连续 {n} 件未通过，自 {d} {t}</translation>
    </message>
    <message>
        <source>{n} part in a row did not pass, since {t}</source>
        <translation>连续 {n} 件未通过，自 {t}</translation>
    </message>
    <message>
        <source>{n} part(s) could not be inspected and recorded before the line stopped</source>
        <translation>产线停止前有 {n} 件未能检测和记录</translation>
    </message>
    <message>
        <source>{n} parts in a row did not pass, since {d} {t}</source>
        <translation>连续 {n} 件未通过，自 {d} {t}</translation>
    </message>
    <message>
        <source>{n} parts in a row did not pass, since {t}</source>
        <translation>连续 {n} 件未通过，自 {t}</translation>
    </message>
    <message>
        <source>{n} parts wait for inspection already</source>
        <translation>已有 {n} 件等待检测</translation>
    </message>
    <message>
        <source>{n} parts, the newest first</source>
        <translation>{n} 个工件，最新在前</translation>
    </message>
    <message>
        <source>{n} pictures are selected: Good and Defective are said of all of them</source>
        <translation>已选 {n} 幅图像：“良品”和“不良品”适用于全部</translation>
    </message>
    <message>
        <source>{n} s are allowed</source>
        <translation>允许 {n} s</translation>
    </message>
    <message>
        <source>{n} times since the last acknowledgement</source>
        <translation>自上次确认以来 {n} 次</translation>
    </message>
    <message>
        <source>{n} typed</source>
        <translation>已输入 {n} 位</translation>
    </message>
    <message>
        <source>{n}× larger · a double click shows all</source>
        <translation>放大 {n} 倍 · 双击显示全部</translation>
    </message>
    <message>
        <source>{s} (Ctrl+{n})</source>
        <translation>{s} (Ctrl+{n})</translation>
    </message>
    <message>
        <source>{s} has not answered for {n} s</source>
        <translation>{s}已 {n} s 无响应</translation>
    </message>
    <message>
        <source>{s} has not come back from a picture for {n} s</source>
        <translation>{s}处理一幅图像已 {n} s 未返回</translation>
    </message>
    <message>
        <source>{s} needs a name</source>
        <translation>{s}：需要实名</translation>
    </message>
    <message>
        <source>{s} needs an administrator</source>
        <translation>{s}：需要管理员</translation>
    </message>
    <message>
        <source>{s} needs an engineer</source>
        <translation>{s}：需要工程师</translation>
    </message>
    <message>
        <source>{s} · PART {n} · {t}</source>
        <translation>{s} · 工件 {n} · {t}</translation>
    </message>
    <message>
        <source>{s}, and is not acknowledged</source>
        <translation>{s}，尚未确认</translation>
    </message>
    <message>
        <source>{s}, earlier part</source>
        <translation>{s}，先前的工件</translation>
    </message>
    <message>
        <source>{s}, part {n} ({t}): {s2}</source>
        <translation>{s}，工件 {n} ({t})：{s2}</translation>
    </message>
    <message>
        <source>{s}, part {n}: {s2}</source>
        <translation>{s}，工件 {n}：{s2}</translation>
    </message>
    <message>
        <source>{s}, trial, not counted</source>
        <translation>{s}，试检，不计数</translation>
    </message>
    <message>
        <source>{s}: P(defective) {n} ≥ {n2}</source>
        <translation>{s}：P(缺陷) {n} ≥ {n2}</translation>
    </message>
    <message>
        <source>{t} (cannot be used)</source>
        <translation>{t}（不可用）</translation>
    </message>
    <message>
        <source>{t} can be opened but delivers no picture</source>
        <translation>{t} 可以打开，但没有图像</translation>
    </message>
    <message>
        <source>{t} can be opened but sends no picture</source>
        <translation>{t} 可以打开，但不发送图像</translation>
    </message>
    <message>
        <source>{t} cannot be opened: {s}</source>
        <translation>无法打开 {t}：{s}</translation>
    </message>
    <message>
        <source>{t} cannot be shown</source>
        <translation>无法显示 {t}</translation>
    </message>
    <message>
        <source>{t} does not answer</source>
        <translation>{t} 无响应</translation>
    </message>
    <message>
        <source>{t} does not answer within {n} s</source>
        <translation>{t} 在 {n} s 内无响应</translation>
    </message>
    <message>
        <source>{t} has not answered for {n} s</source>
        <translation>{t} 已 {n} s 无响应</translation>
    </message>
    <message>
        <source>{t} has sent no picture for {n} s</source>
        <translation>{t} 已 {n} s 没有发送图像</translation>
    </message>
    <message>
        <source>{t} has stopped delivering pictures</source>
        <translation>{t} 不再发送图像</translation>
    </message>
    <message>
        <source>{t} is an engineer</source>
        <translation>{t} 是工程师</translation>
    </message>
    <message>
        <source>{t} is an operator</source>
        <translation>{t} 是操作员</translation>
    </message>
    <message>
        <source>{t} is locked after {n} or more wrong passwords</source>
        <translation>{t} 因 {n} 次以上密码错误被锁定</translation>
    </message>
    <message>
        <source>{t} is signed in as an administrator</source>
        <translation>{t} 以管理员身份登录</translation>
    </message>
    <message>
        <source>{t} is signed in as an engineer</source>
        <translation>{t} 以工程师身份登录</translation>
    </message>
    <message>
        <source>{t} is signed in as an operator</source>
        <translation>{t} 以操作员身份登录</translation>
    </message>
    <message>
        <source>{t} lost</source>
        <translation>{t} 丢失</translation>
    </message>
    <message>
        <source>{t} measured here</source>
        <translation>{t}（本机实测）</translation>
    </message>
    <message>
        <source>{t} pictures/s   ·   {n} skipped   ·   {n2} waiting</source>
        <translation>{t} 幅/秒   ·   跳过 {n}   ·   等待 {n2}</translation>
    </message>
    <message>
        <source>{t} pictures/s   ·   {n} skipped   ·   {n2} waiting   ·   {n3} restart</source>
        <translation>{t} 幅/秒   ·   跳过 {n}   ·   等待 {n2}   ·   重启 {n3}</translation>
    </message>
    <message>
        <source>{t} pictures/s   ·   {n} skipped   ·   {n2} waiting   ·   {n3} restarts</source>
        <translation>{t} 幅/秒   ·   跳过 {n}   ·   等待 {n2}   ·   重启 {n3}</translation>
    </message>
    <message>
        <source>{t} was not promoted, so there is no model before</source>
        <translation>{t} 未经晋升，因此没有之前的模型</translation>
    </message>
    <message>
        <source>{t} was opened again</source>
        <translation>{t} 已重新打开</translation>
    </message>
    <message>
        <source>{t} · administrator</source>
        <translation>{t} · 管理员</translation>
    </message>
    <message>
        <source>{t} · connecting</source>
        <translation>{t} · 连接中</translation>
    </message>
    <message>
        <source>{t} · ended</source>
        <translation>{t} · 已结束</translation>
    </message>
    <message>
        <source>{t} · engineer</source>
        <translation>{t} · 工程师</translation>
    </message>
    <message>
        <source>{t} · from {d} {t2} to {d2} {t3}</source>
        <translation>{t} · {d} {t2} 至 {d2} {t3}</translation>
    </message>
    <message>
        <source>{t} · not judged yet</source>
        <translation>{t} · 尚未判定</translation>
    </message>
    <message>
        <source>{t} · operator</source>
        <translation>{t} · 操作员</translation>
    </message>
    <message>
        <source>{t} · stopped</source>
        <translation>{t} · 已停止</translation>
    </message>
    <message>
        <source>{t} · watched</source>
        <translation>{t} · 监视中</translation>
    </message>
    <message>
        <source>{t} · {n} fps</source>
        <translation>{t} · {n} 帧/秒</translation>
    </message>
    <message>
        <source>{t} · {n} not taken</source>
        <translation>{t} · {n} 未采用</translation>
    </message>
    <message>
        <source>{t}, version {n}</source>
        <translation>{t}，版本 {n}</translation>
    </message>
    <message>
        <source>{t}, version {n}: {t2}, model {t3}</source>
        <translation>{t}，版本 {n}：{t2}，模型 {t3}</translation>
    </message>
    <message>
        <source>{t}: PIN or password</source>
        <translation>{t}：PIN 或密码</translation>
    </message>
    <message>
        <source>{t}: as set</source>
        <translation>{t}：按设置</translation>
    </message>
    <message>
        <source>{t}: connected</source>
        <translation>{t}：已连接</translation>
    </message>
    <message>
        <source>{t}: keys are watched</source>
        <translation>{t}：正在监听按键</translation>
    </message>
    <message>
        <source>{t}: loaded when the line starts</source>
        <translation>{t}：产线启动时加载</translation>
    </message>
    <message>
        <source>{t}: the only one that is possible here</source>
        <translation>{t}：此处唯一可用</translation>
    </message>
    <message>
        <source>“{t}” is no date or time such as 2026-01-31 or 2026-01-31 14:00</source>
        <translation>“{t}”不是 2026-01-31 或 2026-01-31 14:00 这样的日期或时间</translation>
    </message>
    <message>
        <source>−60 min</source>
        <translation>−60 分</translation>
    </message>
    <message>
        <source>the lamp has changed: {s}</source>
        <translation>光源已变化：{s}</translation>
    </message>
    <message>
        <source>the lens has changed: {s}</source>
        <translation>镜头已变化：{s}</translation>
    </message>
    <message>
        <source>the fixture has changed: {s}</source>
        <translation>夹具已变化：{s}</translation>
    </message>
    <message>
        <source>the process has changed: {s}</source>
        <translation>工艺已变化：{s}</translation>
    </message>
    <message>
        <source>the lamp at the view {t} has changed: {s}</source>
        <translation>视图 {t} 的光源已变化：{s}</translation>
    </message>
    <message>
        <source>the lens at the view {t} has changed: {s}</source>
        <translation>视图 {t} 的镜头已变化：{s}</translation>
    </message>
    <message>
        <source>the fixture at the view {t} has changed: {s}</source>
        <translation>视图 {t} 的夹具已变化：{s}</translation>
    </message>
    <message>
        <source>the process at the view {t} has changed: {s}</source>
        <translation>视图 {t} 的工艺已变化：{s}</translation>
    </message>
    <message>
        <source>while light, sharpness and place are as they were, {s}</source>
        <translation>光照、清晰度和位置未变，{s}</translation>
    </message>
    <message>
        <source>{s}, since {t}, {n} part</source>
        <translation>{s}，自 {t} 起，{n} 个工件</translation>
    </message>
    <message>
        <source>{s}, since {t}, {n} parts</source>
        <translation>{s}，自 {t} 起，{n} 个工件</translation>
    </message>
    <message>
        <source>{s}, since {d} {t}, {n} part</source>
        <translation>{s}，自 {d} {t} 起，{n} 个工件</translation>
    </message>
    <message>
        <source>{s}, since {d} {t}, {n} parts</source>
        <translation>{s}，自 {d} {t} 起，{n} 个工件</translation>
    </message>
    <message>
        <source>brightness {n} → {n2}, {t} %</source>
        <translation>亮度 {n} → {n2}，{t} %</translation>
    </message>
    <message>
        <source>contrast {n} → {n2}, {t} %</source>
        <translation>对比度 {n} → {n2}，{t} %</translation>
    </message>
    <message>
        <source>sharpness {n} → {n2}, {t} %</source>
        <translation>清晰度 {n} → {n2}，{t} %</translation>
    </message>
    <message>
        <source>noise {n} → {n2}, {t} %</source>
        <translation>噪声 {n} → {n2}，{t} %</translation>
    </message>
    <message>
        <source>red {n} → {n2}, {t} %</source>
        <translation>红色 {n} → {n2}，{t} %</translation>
    </message>
    <message>
        <source>blue {n} → {n2}, {t} %</source>
        <translation>蓝色 {n} → {n2}，{t} %</translation>
    </message>
    <message>
        <source>place across {n} → {n2} % of the picture</source>
        <translation>横向位置 {n} → {n2} %（占图像）</translation>
    </message>
    <message>
        <source>place down {n} → {n2} % of the picture</source>
        <translation>纵向位置 {n} → {n2} %（占图像）</translation>
    </message>
    <message>
        <source>rotation {n}° → {n2}°</source>
        <translation>旋转 {n}° → {n2}°</translation>
    </message>
    <message>
        <source>direction of the texture {n}° → {n2}°</source>
        <translation>纹理方向 {n}° → {n2}°</translation>
    </message>
    <message>
        <source>strangeness above {t} in {n} % of the parts, {n2} % before</source>
        <translation>{n} % 的工件异样度高于 {t}，之前为 {n2} %</translation>
    </message>
    <message>
        <source>score above {t} in {n} % of the parts, {n2} % before</source>
        <translation>{n} % 的工件得分高于 {t}，之前为 {n2} %</translation>
    </message>
    <message>
        <source>a spot that stays in place, {n} % from the left and {n2} % from the top</source>
        <translation>一个位置不变的斑点，距左侧 {n} %，距顶部 {n2} %</translation>
    </message>
    <message>
        <source>{n} % of the picture is lit otherwise</source>
        <translation>图像 {n} % 的光照已不同</translation>
    </message>
</context>
</TS>
